"""Chats as a table of turns, and what the last turn of each is as an answer."""

from __future__ import annotations

import polars as pl

from analysis.formats.columns import MESSAGE
from analysis.structure.answers import kind_of_answer


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
    ends = turns.with_columns(has_answer=earlier(is_answer) > 0, is_last=is_last()).filter("is_last")
    return ends.select(
        "row",
        kind=pl.when(is_answer)
        .then(kind_of_answer())
        .when("has_answer")
        .then(pl.lit("unanswered"))
        .otherwise(pl.lit("missing")),
    )


def is_last() -> pl.Expr:
    """Whether a turn is the last of its chat: the turns of a chat follow each other."""
    return pl.col("row").ne_missing(pl.col("row").shift(-1))


def earlier(what: pl.Expr) -> pl.Expr:
    """How many earlier turns of the same chat are so."""
    before = what.fill_null(False).cast(pl.Int64).cum_sum() - what.fill_null(False).cast(pl.Int64)
    return before - pl.when(pl.col("place") == 0).then(before).forward_fill()


def previous(name: str) -> pl.Expr:
    """The field of the turn before in the same chat; null at the first."""
    return pl.when(pl.col("place") > 0).then(pl.col(name).shift(1))


def listed(wide: pl.DataFrame) -> pl.DataFrame:
    """`row`, `fault` for each true value in the other columns, each named as a fault."""
    faults = [name for name in wide.columns if name != "row"]
    return pl.concat([wide.filter(pl.col(fault)).select("row", fault=pl.lit(fault)) for fault in faults])


def n_roles(turns: pl.DataFrame) -> pl.DataFrame:
    """`row`, `n_roles` per chat: different roles among its turns."""
    return turns.group_by("row").agg(n_roles=pl.col("role").n_unique().cast(pl.UInt32))
