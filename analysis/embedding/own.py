"""Vectors that a column of the dataset holds: which of them can be used, and why the others cannot."""

from __future__ import annotations

import numpy as np
import polars as pl

from analysis.embedding.vectors import NARROWEST, Floats, Whole, unit
from analysis.errors import ModelError


def width_of(column: pl.Series) -> int:
    """The length of most of the column's vectors. Raises ModelError where it holds no lists of numbers."""
    lists = _as_lists(column)
    lengths = lists.list.len().drop_nulls()
    widths = lengths.filter(lengths > 0).mode().sort()
    if widths.is_empty():
        raise ModelError(f"{column.name} holds no vectors; name a column of lists of numbers.")
    return int(widths[-1])


def _as_lists(column: pl.Series) -> pl.Series:
    """The column as lists of float64; a text such as "[0.1, 0.2]" is read as JSON."""
    if isinstance(column.dtype, pl.Array) and column.dtype.inner is not None and column.dtype.inner.is_numeric():
        return column.arr.to_list().cast(pl.List(pl.Float64))
    if isinstance(column.dtype, pl.List) and column.dtype.inner is not None and column.dtype.inner.is_numeric():
        return column.cast(pl.List(pl.Float64))
    if column.dtype == pl.String:
        inside = column.str.strip_chars(" []")
        return inside.str.split(",").list.eval(pl.element().str.strip_chars().cast(pl.Float64, strict=False))
    raise ModelError(f"{column.name} holds {column.dtype}, which is no list of numbers; name a column of vectors.")


def read(column: pl.Series, width: int) -> tuple[Floats, Whole, pl.Series]:
    """Unit vectors float32 [n, width], the positions of their rows, and the status of every row.

    Status: "embedded"; "wrong_length"; "not_finite", where a number is missing, infinite or NaN; "zero", without
    direction; null where the row has no vector.
    """
    if column.dtype == pl.Null or column.null_count() == len(column):
        return np.zeros((0, width), np.float32), np.zeros(0, np.int64), pl.Series([None] * len(column), dtype=pl.String)
    lists = _as_lists(column)
    frame = pl.DataFrame({"v": lists}).select(
        pl.when(pl.col("v").is_null())
        .then(None)
        .when(pl.col("v").list.len() != width)
        .then(pl.lit("wrong_length"))
        .when(~pl.col("v").list.eval(pl.element().is_finite().fill_null(False)).list.all())
        .then(pl.lit("not_finite"))
        .otherwise(pl.lit("embedded"))
        .alias("status")
    )
    status = frame["status"]
    places = (status == "embedded").fill_null(False).arg_true().to_numpy().astype(np.int64)
    numbers = lists.gather(places).list.to_array(width).to_numpy() if len(places) else np.zeros((0, width))
    numbers = numbers / np.abs(numbers).max(axis=1, keepdims=True).clip(1e-300)
    has_direction = np.linalg.norm(numbers, axis=1) > NARROWEST
    if not has_direction.all():
        status = status.scatter(places[~has_direction], "zero")
    kept: Floats = unit(numbers[has_direction].astype(np.float32))
    return kept, places[has_direction], status
