"""Vectors in a column and in a matrix: how one becomes the other, and which vectors are worth having."""

from __future__ import annotations

import numpy as np
import polars as pl

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
Whole = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
NARROWEST = 1e-9  # a shorter vector has no direction


def unit(vectors: Floats) -> Floats:
    """Each row at length 1; a row without direction stays zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Floats = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > NARROWEST)
    return made


def column_of(vectors: Floats, places: Whole, height: int, name: str = "unit_vector") -> pl.Series:
    """A column of `height` rows with the vectors at these places and null elsewhere; float16 of fixed width."""
    dtype = pl.Array(pl.Float16, vectors.shape[1])
    which = np.full(height, len(vectors), dtype=np.int64)
    which[places] = np.arange(len(vectors))
    held = pl.Series(name, vectors.astype(np.float16), dtype=dtype).extend_constant(None, 1)
    return held.gather(which)


def matrix_of(column: pl.Series) -> tuple[Floats, Whole]:
    """The vectors of a column as float32 [n, width], and the places of the rows that have one."""
    places = column.is_not_null().arg_true().to_numpy().astype(np.int64)
    vectors = column.drop_nulls().to_numpy()
    return vectors.astype(np.float32), places


def distinct(vectors: Floats) -> tuple[Whole, Whole]:
    """The place of each distinct vector's first row, in order, and for every row the number of its vector."""
    rows = np.ascontiguousarray(vectors.astype(np.float16))
    if not len(rows):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    bytes_ = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    hashed = pl.Series(bytes_.tolist(), dtype=pl.Binary).to_frame("v").with_row_index("row")
    first = hashed.select(pl.col("row").min().over("v")).to_series().to_numpy().astype(np.int64)
    kept, numbers = np.unique(first, return_inverse=True)
    return kept.astype(np.int64), numbers.astype(np.int64)
