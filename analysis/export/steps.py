"""A step of the waterfall: how many rows and tokens one reason leaves, drops and adds."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Step:
    """How many rows and tokens one reason leaves, drops and adds. Tokens are `row_tokens` of the rows, null before
    tokens are counted; records that could not be read have none. `changed_rows`: rows that get other texts, whose
    tokens before are dropped and whose tokens after are added."""

    reason: str
    rows: int
    tokens: int | None
    dropped_rows: int
    dropped_tokens: int | None
    added_rows: int = field(default=0, metadata={"left_out": True})
    added_tokens: int | None = field(default=0, metadata={"left_out": True})
    changed_rows: int = field(default=0, metadata={"left_out": True})


def next_step(reason: str, mask: pl.Series, tokens: pl.Series | None, before: Step) -> Step:
    """The step after `before` that leaves the rows of the mask; their tokens are null where they are not counted."""
    rows = int(mask.sum())
    dropped, added = max(before.rows - rows, 0), max(rows - before.rows, 0)
    if tokens is None or before.tokens is None:
        return Step(reason, rows, None, dropped, None, added, None if added else 0)
    left = int(tokens.filter(mask).sum())
    change = left - before.tokens
    return Step(reason, rows, left, dropped, 0 if added else -change, added, change if added else 0)


def taken_step(taken: pl.Series, before: pl.Series | None, after: pl.Series | None, last: Step) -> Step:
    """The step in which rows get their proposed texts."""
    reason, rows = "a proposed text in the place of the source's", int(taken.sum())
    if before is None or after is None or last.tokens is None:
        return Step(reason, last.rows, None, 0, None, added_tokens=None, changed_rows=rows)
    dropped, added = int(before.filter(taken).sum()), int(after.filter(taken).sum())
    return Step(reason, last.rows, last.tokens - dropped + added, 0, dropped, 0, added, rows)
