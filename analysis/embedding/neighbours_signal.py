"""Which examples are most similar, and which are far from all others?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.embedding.nearest import nearest
from analysis.embedding.vectors import distinct, matrix_of
from analysis.errors import SignalError
from analysis.signal import Signal


@dataclass(frozen=True)
class Neighbours(
    Signal,
    name="neighbours",
    version=1,
    reads=("unit_vector",),
    adds={
        "neighbour_rows": pl.List(pl.UInt32),
        "neighbour_cosines": pl.List(pl.Float32),
        "outlier_score": pl.Float32,
        "neighbour_density": pl.Float32,
        "first_equal_row": pl.UInt32,
    },
    scope="dataset",
):
    """The `count` nearest rows with other vectors, nearest first, and how far they are.

    `neighbour_rows` holds positions in the dataset; of rows with equal vectors only the first is used, so that copies
    do not hide other near rows. `neighbour_cosines` are the cosines, -1..1. `outlier_score` is their mean distance (1 -
    cosine), 0..2: a high score means far from all others. `neighbour_density` is the mean of the neighbours' outlier
    scores over the row's score: 1 is as dense as around its neighbours, under 1 is sparser (after Breunig et al. 2000).
    `first_equal_row` is the position of the first row with an equal vector, which may be the row itself. All are null
    where a row has no vector or there is no other vector. Beyond 15,000 vectors only the nearest cells are searched,
    which misses a few neighbours in a hundred. `of_embedding` is set to the key of the vectors' signal.
    """

    count: int = 10
    seed: int = 0
    of_embedding: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.count <= 100:
            raise SignalError(f"neighbours finds from 1 to 100 nearest rows, not {self.count}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        vectors, places = matrix_of(rows["unit_vector"])
        first, which = distinct(vectors)
        nothing = pl.DataFrame(schema=dict(self.adds)).clear(rows.height)
        if len(first) < 2:
            return nothing
        k = min(self.count, len(first) - 1)
        if len(first) < len(vectors):
            vectors = vectors[first]
        result = nearest(vectors, k + 1, self.seed)
        near, cosine = result.rows[:, 1:], result.cosine[:, 1:]
        lonely = (1 - cosine).mean(1)
        around = lonely[near].mean(1)
        density = np.divide(around, lonely, out=np.ones_like(lonely), where=lonely > 1e-6)
        columns = pl.DataFrame(
            {
                "neighbour_rows": pl.Series(places[first][near].astype(np.uint32), dtype=pl.Array(pl.UInt32, k)),
                "neighbour_cosines": pl.Series(cosine, dtype=pl.Array(pl.Float32, k)),
                "outlier_score": lonely.astype(np.float32),
                "neighbour_density": density.astype(np.float32),
                "first_equal_row": places[first].astype(np.uint32),
            }
        ).select(pl.col(name).cast(dtype) for name, dtype in self.adds.items())
        line = np.full(rows.height, len(first), dtype=np.int64)
        line[places] = which
        return pl.concat([columns, columns.clear(1)])[line]
