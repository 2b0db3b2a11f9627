"""Some rows of a frame rewritten: which columns hold texts, and the frame with new ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl


def rewritten_rows(
    frame: pl.DataFrame, at: Sequence[int], columns: Sequence[str], rewrite: Callable[[pl.Series], list[Any]]
) -> pl.DataFrame:
    """The frame in which `rewrite` gave the values of these columns in the rows `at`, ascending."""
    if not at:
        return frame
    touched = frame[list(at)]
    new = touched.with_columns(pl.Series(c, rewrite(touched[c]), dtype=frame.schema[c]) for c in columns)
    numbered = frame.with_row_index("_row")
    rest = numbered.filter(~pl.col("_row").is_in(list(at)))
    again = new.with_columns(pl.Series("_row", at, dtype=pl.UInt32)).select(numbered.columns)
    return pl.concat([rest, again]).sort("_row").drop("_row")


def holds_text(dtype: object) -> bool:
    """Whether a column of this type holds texts, however nested."""
    if isinstance(dtype, pl.List | pl.Array):
        return holds_text(dtype.inner)
    if isinstance(dtype, pl.Struct):
        return any(holds_text(field.dtype) for field in dtype.fields)
    return dtype == pl.String
