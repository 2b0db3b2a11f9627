"""How many tokens does a model see? Per role and for the whole row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analysis.formats.columns import MESSAGE
from analysis.lengths.length_checks import TOKEN_CHECKS
from analysis.lengths.thoughts import answer, thought
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER, count_tokens, tokenizer
from analysis.signal import Signal

ROLES = ("system", "prompt", "response", "rejected")
SPOKEN = ("content", "reasoning", "tool_calls")
"""The fields of a message that a model reads or writes as text."""


@dataclass(frozen=True)
class Tokens(
    Signal,
    name="tokens",
    version=2,
    reads=(*ROLES, "messages", "messages_rejected", "tools", "text"),
    adds={f"{name}_tokens": pl.UInt32 for name in (*ROLES, "reasoning", "answer", "tools", "row")},
    finds=TOKEN_CHECKS,
):
    """Tokens of each text by the tokenizer of a model; null where there is no such text.

    `reasoning_tokens` counts the model's thoughts: the reasoning of messages, and `<think>…</think>` at the start of
    an assistant's text. `answer_tokens` counts the response without such a start. `tools_tokens` counts the definitions
    of tools as JSON. `row_tokens` counts the whole example once: text, reasoning and tool calls of a chat's messages,
    otherwise system, prompt and response, or the raw text; then the tools, and a pair's rejected side. No template and
    no beginning or end tokens are counted. `tokenizer` is a name for `analysis.loaders.tokenizers.tokenizer`, `digest`
    is the hash of its file.
    """

    tokenizer: str = DEFAULT_TOKENIZER
    digest: str = ""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        counter = _Counter(self.tokenizer, self.digest)
        columns = {f"{role}_tokens": counter.count(rows[role]) for role in ROLES}
        thoughts = rows.select(of_response=thought(pl.col("response")), answer=answer(pl.col("response")))
        reasoning = _in_messages(counter, rows["messages"], ("reasoning",), is_thought=True)
        table = pl.DataFrame(columns).with_columns(
            chat=_in_messages(counter, rows["messages"], SPOKEN),
            other=_in_messages(counter, rows["messages_rejected"], SPOKEN),
            reasoning=pl.coalesce(reasoning, counter.count(thoughts["of_response"])),
            answer_tokens=counter.count(thoughts["answer"]),
            tools_tokens=counter.count(rows["tools"]),
            text=counter.count(rows["text"]),
        )
        roles = [pl.col(f"{role}_tokens") for role in ("system", "prompt", "response")]
        single = pl.when(pl.any_horizontal(r.is_not_null() for r in roles)).then(pl.sum_horizontal(roles))
        parts = [pl.coalesce("chat", single, "text"), pl.coalesce("other", "rejected_tokens"), pl.col("tools_tokens")]
        whole = pl.when(pl.any_horizontal(part.is_not_null() for part in parts)).then(pl.sum_horizontal(parts))
        return table.with_columns(
            reasoning_tokens=pl.col("reasoning").cast(pl.UInt32), row_tokens=whole.cast(pl.UInt32)
        ).select(*self.adds)


class _Counter:
    """Tokens of texts; equal texts are encoded once, in whichever columns they are."""

    def __init__(self, name: str, digest: str) -> None:
        self._name, self._digest = name, digest
        self._counts: dict[str, int] = {}

    def count(self, texts: pl.Series) -> pl.Series:
        """Tokens per text; null where there is no text."""
        distinct = texts.drop_nulls().unique().to_list()
        if not distinct:
            return pl.Series(texts.name, [None] * len(texts), dtype=pl.UInt32)
        new = [text for text in distinct if text not in self._counts]
        if new:
            encoded = count_tokens(tokenizer(self._name, self._digest), new)
            self._counts.update(zip(new, encoded, strict=True))
        counts = pl.Series([self._counts[text] for text in distinct], dtype=pl.UInt32)
        return texts.replace_strict(distinct, counts, default=None, return_dtype=pl.UInt32)


def _in_messages(counter: _Counter, chats: pl.Series, fields: Sequence[str], *, is_thought: bool = False) -> pl.Series:
    """Tokens of these fields in all messages of a chat; null where there is no chat, or no text in these fields.

    With `is_thought` also the thoughts that an assistant's text begins with.
    """
    turns = pl.DataFrame({"turn": chats}).with_row_index("row").explode("turn", empty_as_null=True)
    turns = turns.with_columns(pl.col("turn").cast(MESSAGE)).unnest("turn")
    counted = [counter.count(turns[field]) for field in fields]
    if is_thought:
        spoken = turns.select(pl.when(pl.col("role") == "assistant").then(thought(pl.col("content"))))
        counted.append(counter.count(spoken.to_series()))
    some = [column.alias(str(n)) for n, column in enumerate(counted)]
    sums = (
        turns.select("row")
        .with_columns(some)
        .group_by("row", maintain_order=True)
        .agg(
            pl.when(pl.any_horizontal(pl.col(c.name).is_not_null().any() for c in some))
            .then(pl.sum_horizontal(pl.col(c.name).sum() for c in some))
            .alias("tokens")
        )["tokens"]
    )
    is_empty = chats.list.len().fill_null(1) == 0
    return sums if is_thought else pl.select(pl.when(is_empty).then(0).otherwise(sums)).to_series()
