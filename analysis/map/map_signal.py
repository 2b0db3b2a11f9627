"""Where is each example on the map? Two coordinates, such that rows with similar vectors are near each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.embedding.vectors import matrix_of
from analysis.errors import SignalError
from analysis.map.layout import layout
from analysis.signal import Signal

PLACE = pl.Struct({"x": pl.Float32, "y": pl.Float32})


@dataclass(frozen=True)
class Map(
    Signal,
    name="map",
    version=1,
    reads=("unit_vector",),
    adds={"map_x": pl.Float32, "map_y": pl.Float32, "map_place": PLACE, "is_placed": pl.Boolean},
    scope="dataset",
):
    """Two coordinates by UMAP, without units: near means similar, but distances between far groups mean little.

    At most `fitted_rows` distinct vectors, drawn by the seed, are laid out; each other row is put between the fitted
    ones it is nearest to, which `is_placed` marks. Equal vectors share a place. Fewer than 16 distinct vectors are laid
    out by their two main components. `map_place` holds both coordinates, for filters by area. All are null
    where a row has no vector. `neighbours`: how many rows count as near: more show the whole, fewer the detail;
    `min_dist`, 0..1: how close rows may be. `of_embedding` is set to the key of the vectors' signal.
    """

    neighbours: int = 15
    min_dist: float = 0.1
    fitted_rows: int = 100_000
    seed: int = 0
    of_embedding: str = ""

    def __post_init__(self) -> None:
        if not 2 <= self.neighbours <= 200 or not 0 <= self.min_dist <= 1 or self.fitted_rows < 100:
            raise SignalError(
                "A map takes neighbours from 2 to 200, min_dist from 0 to 1 and at least 100 fitted_rows; "
                f"given are {self.neighbours}, {self.min_dist} and {self.fitted_rows}."
            )

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        vectors, places = matrix_of(rows["unit_vector"])
        result = layout(
            vectors, neighbours=self.neighbours, min_dist=self.min_dist, fitted=self.fitted_rows, seed=self.seed
        )
        columns = pl.DataFrame(
            {"map_x": result.places[:, 0], "map_y": result.places[:, 1], "is_placed": result.is_placed}
        ).select("map_x", "map_y", pl.struct(x="map_x", y="map_y").alias("map_place"), "is_placed")
        line = np.full(rows.height, len(places), dtype=np.int64)
        line[places] = np.arange(len(places))
        return pl.concat([columns, pl.DataFrame(schema=dict(self.adds)).clear(1)])[line].select(*self.adds)
