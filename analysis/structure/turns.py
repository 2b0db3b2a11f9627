"""Chats as a table of turns, and the faults in the order and the calls of their turns."""

from __future__ import annotations

import polars as pl

from analysis.formats.columns import MESSAGE
from analysis.structure.answers import kind_of_answer
from analysis.structure.thoughts import FAULTS, thought_faults

INSTRUCTING = ("system", "developer")
NULL_ARGUMENT = r'"arguments"\s*:\s*(?:"\s*)?\{[^}]*:\s*null\b'
"""An argument that is null, in the JSON of tool calls; arguments are an object, or the JSON text of one."""


def turns_of(chats: pl.Series) -> pl.DataFrame:
    """`row`, `place` (position in the chat, from 0) and the fields of each message; a row for each message."""
    numbered = pl.DataFrame({"turn": chats}).with_row_index("row").filter(pl.col("turn").list.len() > 0)
    numbered = numbered.with_columns(place=pl.int_ranges(pl.col("turn").list.len(), dtype=pl.UInt32))
    turns = numbered.explode("turn", "place", empty_as_null=False, keep_nulls=False)
    return turns.with_columns(pl.col("turn").cast(MESSAGE)).unnest("turn")


def last_answers(turns: pl.DataFrame) -> pl.DataFrame:
    """`row`, `kind` per chat: what its last message is as an answer.

    "unanswered" where a chat with an answer ends with another role, "missing" where it has none.
    """
    is_answer = pl.col("role") == "assistant"
    ends = turns.with_columns(has_answer=_earlier(is_answer) > 0, is_last=_is_last()).filter("is_last")
    return ends.select(
        "row",
        kind=pl.when(is_answer)
        .then(kind_of_answer())
        .when("has_answer")
        .then(pl.lit("unanswered"))
        .otherwise(pl.lit("missing")),
    )


def _is_last() -> pl.Expr:
    """Whether a turn is the last of its chat: the turns of a chat follow each other."""
    return pl.col("row").ne_missing(pl.col("row").shift(-1))


def _earlier(what: pl.Expr) -> pl.Expr:
    """How many earlier turns of the same chat are so."""
    before = what.fill_null(False).cast(pl.Int64).cum_sum() - what.fill_null(False).cast(pl.Int64)
    return before - pl.when(pl.col("place") == 0).then(before).forward_fill()


def turn_faults(turns: pl.DataFrame) -> pl.DataFrame:
    """`row`, `fault` for each fault of a chat; a fault may be there twice."""
    before = {name: pl.when(pl.col("place") > 0).then(pl.col(name).shift(1)) for name in ("role", "tool_calls")}
    role, called = pl.col("role"), before["tool_calls"].is_not_null()
    spoken = ~role.is_in(INSTRUCTING)
    is_later = _earlier(spoken) > 0
    has_answer = _earlier(role == "assistant") > 0
    faults = {
        "first_not_user": spoken & ~is_later & (role != "user"),
        "last_not_assistant": _is_last() & (role != "assistant") & has_answer,
        "same_role_twice": role.is_in(["user", "assistant"]) & (before["role"] == role),
        "system_late": ~spoken & is_later,
        "call_without_result": called & (before["role"] == "assistant") & (role != "tool"),
        "null_argument": pl.col("tool_calls").str.contains(NULL_ARGUMENT),
    }
    in_turns = turns.with_columns(expression.fill_null(False).alias(fault) for fault, expression in faults.items())
    thoughts = thought_faults(turns.select(pl.when(role == "assistant").then("content")).to_series())
    answered_by_call = turns["tool_calls"].is_not_null()
    thoughts = thoughts.with_columns(nothing_after_thought=pl.col("nothing_after_thought") & ~answered_by_call)
    wide = pl.concat([in_turns.select("row", *faults), thoughts], how="horizontal")
    return listed(wide, [*faults, *FAULTS])


def listed(wide: pl.DataFrame, faults: list[str]) -> pl.DataFrame:
    """`row`, `fault` for each true value of these columns."""
    parts = [wide.filter(pl.col(fault)).select("row", fault=pl.lit(fault)) for fault in faults]
    return pl.concat(parts)
