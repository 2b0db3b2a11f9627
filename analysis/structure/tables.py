"""What are the turns of the chats in view: how many by role, how long, and which tools do they call?"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from analysis.dataset import Dataset
from analysis.formats.columns import MESSAGES
from analysis.lengths.tokens_signal import Tokens
from analysis.loaders.tokenizers import count_tokens, tokenizer
from analysis.structure.calls import calls_in, tools_in
from analysis.structure.turns import turns_of
from analysis.view import Filter, View

MOST_ROWS = 20_000
MOST_CHARACTERS = 4_000_000
"""Of the chats whose tokens are counted, so that it takes about a second."""

FIELDS = ("content", "reasoning", "tool_calls")
SIZE = pl.sum_horizontal(pl.col(field).str.len_chars().fill_null(0) for field in FIELDS)
"""The characters of a turn: of its text, its reasoning and its calls."""


class Turns(NamedTuple):
    """The turns of `looked_at` chats of `chats` in view: all of them, or those drawn by chance, always the
    same, up to MOST_ROWS and MOST_CHARACTERS.

    `by_role`: `role`, `chats` with such a turn, `turns`, `turns_per_chat`, `characters`, `tokens` and `tokens_per_turn`
    of their texts, reasoning and calls; most turns first. `by_tool`: `tool`, `calls`, `chats` that call it and chats
    that `declare` it; most calls first. In both `row`: the position of the first chat with the name.
    """

    looked_at: int
    chats: int
    by_role: pl.DataFrame
    by_tool: pl.DataFrame


def turns_in(dataset: Dataset, view: View, most: int = MOST_ROWS, characters: int = MOST_CHARACTERS) -> Turns:
    """The turns of the chats in view; tokens are counted by the tokenizer of the dataset's signal `tokens`."""
    if "messages" not in dataset.canonical:
        turns, nothing = turns_of(pl.Series(dtype=MESSAGES)), pl.Series(dtype=pl.UInt32)
        return Turns(0, 0, _by_role(turns, nothing, nothing), _by_tool(turns, pl.Series(dtype=pl.String), nothing))
    rows = dataset.rows_of(View((*view.filters, Filter("messages", "notnull"))))
    shuffled = rows.sample(min(most, len(rows)), seed=0, shuffle=True)
    drawn = shuffled.sort()
    frame = dataset.canonical_frame(["messages", *({"tools"} & set(dataset.canonical))], drawn)
    is_kept = _within(turns_of(frame["messages"]), drawn, shuffled, characters)
    drawn, frame = drawn.filter(is_kept), frame.filter(is_kept)
    turns = turns_of(frame["messages"])
    tools = frame["tools"] if "tools" in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
    by_role = _by_role(turns, _tokens(dataset, turns), drawn)
    return Turns(frame.height, len(rows), by_role, _by_tool(turns, tools, drawn))


def _within(turns: pl.DataFrame, drawn: pl.Series, shuffled: pl.Series, characters: int) -> pl.Series:
    """Which of the drawn chats are the first of the shuffled ones that together have so many characters."""
    by_chat = turns.select("row", size=SIZE).group_by("row").agg(pl.col("size").cast(pl.Int64).sum())
    chats = pl.DataFrame({"position": drawn}).with_row_index("row").join(by_chat, on="row", how="left")
    in_order = pl.DataFrame({"position": shuffled}).join(chats, on="position", maintain_order="left")
    before = pl.col("size").fill_null(0).cum_sum().shift(1, fill_value=0)
    return drawn.is_in(in_order.filter(before < characters)["position"].implode())


def _tokens(dataset: Dataset, turns: pl.DataFrame) -> pl.Series:
    """Tokens of each turn: of its text, its reasoning and its calls."""
    signal = dataset.signal("tokens")
    named = (signal.tokenizer, signal.digest) if isinstance(signal, Tokens) else ("", "")
    texts = pl.concat([turns[field] for field in FIELDS]).drop_nulls().unique()
    counts = pl.Series(count_tokens(tokenizer(*named), texts.to_list()), dtype=pl.UInt32)
    of = pl.DataFrame({"text": texts, "tokens": counts})
    fields = [
        turns.select(text=field).join(of, on="text", how="left", maintain_order="left")["tokens"].fill_null(0)
        for field in FIELDS
    ]
    return (fields[0] + fields[1] + fields[2]).alias("tokens")


def _by_role(turns: pl.DataFrame, tokens: pl.Series, rows: pl.Series) -> pl.DataFrame:
    counted = turns.select("row", "role", SIZE.alias("characters")).with_columns(tokens.cast(pl.Int64).alias("tokens"))
    by_role = counted.group_by("role").agg(
        first=pl.col("row").min(),
        chats=pl.col("row").n_unique(),
        turns=pl.len(),
        characters=pl.col("characters").cast(pl.Int64).sum(),
        tokens=pl.col("tokens").sum(),
    )
    return by_role.select(
        "role",
        "chats",
        "turns",
        turns_per_chat=pl.col("turns") / pl.col("chats"),
        characters="characters",
        tokens="tokens",
        tokens_per_turn=pl.col("tokens") / pl.col("turns"),
        row=_gathered(rows, by_role["first"]),
    ).sort("turns", "role", descending=[True, False])


def _by_tool(turns: pl.DataFrame, tools: pl.Series, rows: pl.Series) -> pl.DataFrame:
    called = [
        (row, call.name or "")
        for row, text in turns.select("row", "tool_calls").drop_nulls("tool_calls").rows()
        for call in calls_in(text)
    ]
    distinct = {text: tools_in(text) for text in tools.drop_nulls().unique().to_list()}
    declared = [(row, name) for row, text in enumerate(tools) if text is not None for name in distinct[text] or ()]
    lines = {"row": pl.UInt32, "tool": pl.String}
    calls, others = (pl.DataFrame(each, schema=lines, orient="row") for each in (called, declared))
    counted = calls.group_by("tool").agg(calls=pl.len(), chats=pl.col("row").n_unique())
    declaring = others.group_by("tool").agg(declare=pl.col("row").n_unique())
    first = pl.concat([calls, others]).group_by("tool").agg(first=pl.col("row").min())
    both = first.join(counted, on="tool", how="left").join(declaring, on="tool", how="left")
    return both.select(
        "tool",
        pl.col("calls", "chats", "declare").fill_null(0),
        row=_gathered(rows, both["first"]),
    ).sort("calls", "declare", "tool", descending=[True, True, False])


def _gathered(rows: pl.Series, places: pl.Series) -> pl.Series:
    """The positions in the dataset of these places among the rows that were looked at."""
    return rows.cast(pl.UInt32).gather(places)
