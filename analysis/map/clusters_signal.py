"""Which clusters does the dataset have, and what is each about?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl

from analysis.embedding.texts import Over, text_over
from analysis.embedding.vectors import Floats, matrix_of
from analysis.errors import SignalError
from analysis.map.clusters import find_clusters
from analysis.map.names import names, representatives, stop_words, word_weights
from analysis.signal import Signal

NAME = pl.Struct(
    {
        "level": pl.String,
        "cluster": pl.Int32,
        "name": pl.String,
        "words": pl.List(pl.String),
        "group": pl.Int32,
        "representatives": pl.List(pl.UInt32),
        "x": pl.Float32,
        "y": pl.Float32,
    }
)
Level = Literal["cluster", "cluster_group"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class Clusters(
    Signal,
    name="clusters",
    version=3,
    reads=("unit_vector", "map_x", "map_y", "is_placed", "prompt", "response", "text"),
    roles=("texts",),
    adds={"cluster": pl.Int32, "cluster_confidence": pl.Float32, "cluster_group": pl.Int32},
    tables={"names": NAME},
    scope="dataset",
):
    """Clusters of density over the map's places (HDBSCAN): `cluster` is 0 for the largest, -1 for unclustered rows.

    `cluster_confidence`, 0..1, says how certain a row's cluster is, 0 for unclustered rows. `cluster_group` is the
    coarser level: clusters whose mean vectors are nearest, -1 for unclustered rows. All are null where a row has no
    place on the map. A cluster has at least 15 rows, half the square root of all rows and one row in 500, the last two
    divided by `detail`. Numbers change with the seed, the map and its vectors: what is stored elsewhere should name
    rows, not numbers.

    The table `names` has a line per cluster and per group (`level` says which), on its first row: a `name` and up to
    ten `words` that distinguish it from the others of its level, by class-based TF-IDF over what `over` names, without
    the function words of the dataset's languages; `group`; `representatives`, positions of the rows nearest to its mean
    vector; and `x` and `y`, the median place, where its name is drawn. `of_embedding` and `of_map` are set to the keys
    of the signals that are read.
    """

    over: Over = "prompt"
    detail: float = 1.0
    seed: int = 0
    texts: str = ""
    of_embedding: str = ""
    of_map: str = ""

    def __post_init__(self) -> None:
        if self.over not in get_args(Over):
            raise SignalError(f"Clusters cannot be named over {self.over!r}; known: {', '.join(get_args(Over))}.")
        if not 0.05 <= self.detail <= 20:
            raise SignalError(f"The detail of clusters is from 0.05 to 20, not {self.detail}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        is_there = rows["map_x"].is_not_null() & rows["unit_vector"].is_not_null()
        positions = is_there.arg_true()
        inside = rows.select(
            "unit_vector", "map_x", "map_y", "is_placed", text=text_over(self.over).fill_null("")
        ).filter(is_there)
        places = inside.select("map_x", "map_y").to_numpy().astype(np.float32)
        vectors, _ = matrix_of(inside["unit_vector"])
        result = find_clusters(vectors, places, inside["is_placed"].to_numpy(), self.detail, self.seed)
        columns = pl.DataFrame(
            {"cluster": result.cluster, "cluster_confidence": result.confidence, "cluster_group": result.group}
        ).select(pl.col(name).cast(dtype) for name, dtype in self.adds.items())
        lines = self._lines(inside, columns, vectors, positions)
        held = columns.with_columns(positions.alias("row")).join(lines, on="row", how="left", maintain_order="left")
        line = np.full(rows.height, len(positions), dtype=np.int64)
        line[positions.to_numpy()] = np.arange(len(positions))
        return pl.concat([held, held.clear(1)])[line].select(*self.adds, "names")

    def _lines(
        self, inside: pl.DataFrame, columns: pl.DataFrame, vectors: Floats, positions: pl.Series
    ) -> pl.DataFrame:
        """`row`, `names`: the lines that belong to each cluster's first row."""
        left_out = stop_words(inside["text"].to_list()) if inside.height else set()
        table = inside.select("map_x", "map_y", "text").hstack(columns).with_columns(row=positions)
        lines = pl.concat([_described(table, level, vectors, left_out) for level in LEVELS])
        return lines.group_by("row", maintain_order=True).agg(pl.col("names"))


def _described(table: pl.DataFrame, level: str, vectors: Floats, left_out: set[str]) -> pl.DataFrame:
    """`row`, `names`: a line per cluster of this level."""
    cluster = table[level].to_numpy().astype(np.int64)
    words = word_weights(table["text"], cluster, left_out)
    central = representatives(vectors, cluster)
    middle = (
        table.filter(pl.col(level) >= 0)
        .group_by(level)
        .agg(pl.col("row").first(), pl.col("map_x", "map_y").median(), group=pl.col("cluster_group").first())
        .sort(level)
    )
    called = names(words, middle[level].to_list())
    of = {key[0]: ranked["word"].to_list() for key, ranked in words.partition_by("cluster", as_dict=True).items()}
    lines = [
        {
            "level": level,
            "cluster": line[level],
            "name": called[line[level]],
            "words": of.get(line[level], []),
            "group": line["group"],
            "representatives": table["row"].gather(central[line[level]]).to_list(),
            "x": line["map_x"],
            "y": line["map_y"],
        }
        for line in middle.iter_rows(named=True)
    ]
    return pl.DataFrame({"row": middle["row"], "names": lines}, schema={"row": pl.UInt32, "names": NAME})
