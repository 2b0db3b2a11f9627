"""Are thoughts, tool calls, tools and both sides of a pair counted, each once?"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from analysis.formats.chats import messages_of
from analysis.formats.columns import CANONICAL
from analysis.formats.message_columns import messages_series
from analysis.lengths.lengths_signal import Lengths
from analysis.lengths.thoughts import answer, thought
from analysis.lengths.tokens_signal import Tokens


def rows(**columns: list[Any]) -> pl.DataFrame:
    height = len(next(iter(columns.values())))
    made = {}
    for name, dtype in CANONICAL.items():
        values = columns.get(name, [None] * height)
        if name.startswith("messages"):
            made[name] = messages_series(name, [None if v is None else messages_of(v) for v in values])
        else:
            made[name] = pl.Series(name, values, dtype=dtype)
    return pl.DataFrame(made).with_columns(row_id=pl.int_range(height).cast(pl.String))


def counted(frame: pl.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return Tokens()(frame).select(f"{name}_tokens" for name in names).rows()


def test_a_thought_is_counted_and_the_answer_without_it() -> None:
    frame = rows(
        prompt=["q"] * 4, response=["<think>one two</think>four", "four", "one two</think>four", "<think>one two"]
    )
    two, one = counted(rows(text=["one two", "four"]), "row")
    assert counted(frame, "reasoning", "answer") == [(*two, *one), (None, *one), (*two, *one), (*two, 0)]


def test_reasoning_calls_and_tools_are_in_the_whole() -> None:
    call = [{"function": {"name": "tide"}}]
    chat = [{"role": "user", "content": "q"}, {"role": "assistant", "reasoning_content": "one two", "tool_calls": call}]
    frame = rows(messages=[chat, chat[:1], []], tools=['[{"name":"tide"}]', None, None])
    [q, reason, calls, tools] = [
        n for (n,) in counted(rows(text=["q", "one two", '[{"function":{"name":"tide"}}]', '[{"name":"tide"}]']), "row")
    ]
    assert counted(frame, "reasoning", "tools", "row") == [
        (reason, tools, q + reason + calls + tools),
        (None, None, q),
        (None, None, 0),
    ]


def test_the_rejected_side_counts_all_its_turns() -> None:
    left = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "yes"}]
    right = [
        {"role": "assistant", "content": "no"},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "no"},
    ]
    frame = rows(messages=[left], messages_rejected=[right], prompt=["q"], response=["yes"], rejected=["no"])
    [q, yes, no] = [n for (n,) in counted(rows(text=["q", "yes", "no"]), "row")]
    assert counted(frame, "row") == [(2 * q + yes + 2 * no,)]
    assert Lengths()(frame)["row_chars"].to_list() == [1 + 3 + 2 + 1 + 2]


@pytest.mark.parametrize(
    ("text", "of_thought", "of_answer"),
    [
        ("<think>a</think>b", "a", "b"),
        ("\n<think>a</think><think>b</think>c", "ab", "c"),
        ("a</think>b", "a", "b"),
        ("<think>a", "a", ""),
        ("<think></think>b", "", "b"),
        ("b", None, "b"),
        ("the tag <think> in a text", None, "the tag <think> in a text"),
        (None, None, None),
    ],
)
def test_where_a_thought_ends(text: str | None, of_thought: str | None, of_answer: str | None) -> None:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    found = frame.select(thought(pl.col("text")).str.strip_chars().alias("a"), answer(pl.col("text")).alias("b")).row(0)
    assert found == (of_thought, of_answer)
