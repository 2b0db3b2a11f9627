"""How long is each example? Characters, words and turns, per role and for the whole row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from analysis.lengths.length_checks import WORD_CHECKS
from analysis.signal import Signal

ROLES = ("system", "prompt", "response", "rejected")


def _of_messages(measure: pl.Expr, chat: str = "messages") -> pl.Expr:
    """The sum of `measure` over a chat's messages; null where there is no chat."""
    return pl.col(chat).list.eval(measure).list.sum()


def _spoken(measure: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """`measure` of a message's text, reasoning and tool calls together."""
    fields = ("content", "reasoning", "tool_calls")
    return pl.sum_horizontal(measure(pl.element().struct.field(field)).cast(pl.Int64) for field in fields)


def _whole_row(unit: str, measure: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """The whole row: its messages, else its system, prompt and response, else its raw text; plus the rejected side and
    the tools."""
    roles = [pl.col(f"{role}_{unit}") for role in ("system", "prompt", "response")]
    any_role = pl.any_horizontal(role.is_not_null() for role in roles)
    example = pl.coalesce(
        _of_messages(_spoken(measure)),
        pl.when(any_role).then(pl.sum_horizontal(roles)),
        measure(pl.col("text")),
    )
    rejected = pl.coalesce(_of_messages(_spoken(measure), "messages_rejected"), f"rejected_{unit}")
    parts = [example, rejected, measure(pl.col("tools"))]
    whole = pl.when(pl.any_horizontal(part.is_not_null() for part in parts)).then(pl.sum_horizontal(parts))
    return whole.cast(pl.UInt32).alias(f"row_{unit}")


@dataclass(frozen=True)
class Lengths(
    Signal,
    name="lengths",
    version=2,
    reads=(*ROLES, "messages", "messages_rejected", "tools", "text"),
    adds={
        **{f"{role}_chars": pl.UInt32 for role in (*ROLES, "row")},
        **{f"{role}_words": pl.UInt32 for role in (*ROLES, "row")},
        "user_turns": pl.UInt32,
        "assistant_turns": pl.UInt32,
    },
    cheap=True,
    finds=WORD_CHECKS,
):
    """Characters are Unicode code points, words are runs of non-space; null where the role is missing.

    `row_…` counts the whole example once: text, reasoning and tool calls of a chat's messages, otherwise system, prompt
    and response, or the raw text; a pair's rejected side and the tools as JSON are added. `user_turns` and
    `assistant_turns` count a chat's messages by role; for other rows they are 1 where there is a prompt or a response.
    """

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        words = r"\S+"
        measured = rows.with_columns(
            *(pl.col(role).str.len_chars().cast(pl.UInt32).alias(f"{role}_chars") for role in ROLES),
            *(pl.col(role).str.count_matches(words).cast(pl.UInt32).alias(f"{role}_words") for role in ROLES),
        )
        return measured.with_columns(
            _whole_row("chars", lambda text: text.str.len_chars()),
            _whole_row("words", lambda text: text.str.count_matches(words)),
            _turns("user", "prompt"),
            _turns("assistant", "response"),
        ).select(*self.adds)


def _turns(role: str, column: str) -> pl.Expr:
    by_role = _of_messages((pl.element().struct.field("role") == role).cast(pl.UInt32))
    single = pl.when(pl.col(column).is_not_null()).then(pl.lit(1))
    return (
        pl.when(pl.col("messages").is_not_null()).then(by_role).otherwise(single).cast(pl.UInt32).alias(f"{role}_turns")
    )
