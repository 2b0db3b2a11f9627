"""Rewrites the texts of some rows of a frame, and tests which columns hold texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl


def rewritten_rows(
    frame: pl.DataFrame, positions: Sequence[int], columns: Sequence[str], rewrite: Callable[[pl.Series], list[Any]]
) -> pl.DataFrame:
    """The frame with these columns rewritten in the rows at `positions`, ascending.

    `rewrite` gets a column of those rows and returns its new values.
    """
    if not positions:
        return frame
    touched = frame[list(positions)]
    new = touched.with_columns(pl.Series(c, rewrite(touched[c]), dtype=frame.schema[c]) for c in columns)
    numbered = frame.with_row_index("_row")
    rest = numbered.filter(~pl.col("_row").is_in(list(positions)))
    again = new.with_columns(pl.Series("_row", positions, dtype=pl.UInt32)).select(numbered.columns)
    return pl.concat([rest, again]).sort("_row").drop("_row")


def holds_text(dtype: object) -> bool:
    """Whether a column of this type holds texts, however nested."""
    if isinstance(dtype, pl.List | pl.Array):
        return holds_text(dtype.inner)
    if isinstance(dtype, pl.Struct):
        return any(holds_text(field.dtype) for field in dtype.fields)
    return dtype == pl.String
