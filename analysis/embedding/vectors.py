"""Vectors in a column and in a matrix: how one becomes the other, and which vectors are distinct."""

from __future__ import annotations

import numpy as np
import polars as pl

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
Whole = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
BLOCK_ROWS = 10_000
NARROWEST = 1e-9  # a shorter vector has no direction


def unit(vectors: Floats) -> Floats:
    """Each row scaled to length 1; a row without direction stays zero.

    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > NARROWEST)
    return scaled


def column_of(vectors: Floats, which: Whole, name: str = "unit_vector") -> pl.Series:
    """For every row the vector with its number in `which`, float16 of fixed width; null where the number is -1."""
    held = pl.Series(name, vectors.astype(np.float16), dtype=pl.Array(pl.Float16, vectors.shape[1]))
    return held.gather(pl.Series(which).replace(-1, None))


def matrix_of(column: pl.Series) -> tuple[Floats, Whole]:
    """The vectors of a column as float32 [n, width], and the positions of the rows that have one."""
    places = column.is_not_null().arg_true().to_numpy().astype(np.int64)
    vectors = column.drop_nulls().to_numpy()
    return vectors.astype(np.float32), places


def distinct(vectors: Floats) -> tuple[Whole, Whole]:
    """The position of each distinct vector's first row, in order, and for every row the number of its vector.

    Vectors are compared as stored, by two random sums of 64 bits over their float16 numbers: two different vectors have
    equal sums with a probability of at most 2^-98.
    """
    if not len(vectors):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    factors = np.random.default_rng(0).integers(1, 1 << 64, (vectors.shape[1], 2), np.uint64)
    sums = np.empty((len(vectors), 2), np.uint64)
    for start in range(0, len(vectors), BLOCK_ROWS):
        stored = np.ascontiguousarray(vectors[start : start + BLOCK_ROWS], dtype=np.float16)
        sums[start : start + BLOCK_ROWS] = stored.view(np.uint16).astype(np.uint64) @ factors
    numbered = pl.DataFrame(sums, schema=["a", "b"]).with_row_index("row")
    first = numbered.select(pl.col("row").min().over("a", "b")).to_series().to_numpy().astype(np.int64)
    kept, numbers = np.unique(first, return_inverse=True)
    return kept.astype(np.int64), numbers.astype(np.int64)
