"""Which groups does the dataset fall into, and what is each about?"""

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
    """Clusters of density over the map's places (HDBSCAN): `cluster` from 0, the largest, on; -1 is apart from all.

    `cluster_confidence`, 0..1, says how firmly a row belongs, 0 where apart. `cluster_group` is the coarser level:
    clusters whose mean vectors are nearest, -1 apart. All are null where a row has no place on the map. A cluster has
    at least 15 rows, half the root of all rows and one in 500, these two over `detail`. Numbers change with the seed,
    the map and its vectors: what is kept elsewhere should name rows, not numbers.

    The table `names` has a line per cluster and per group (`level` says which), on its first row: a `name` and up to
    ten `words` that set it apart from its level's others, by class-based TF-IDF over what `over` names, without the
    function words of the dataset's languages; `group`; `representatives`, positions of the rows nearest to its mean
    vector; and where its name stands, the median place. The keys are filled in with the signals that are read.
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
        there = is_there.arg_true()
        inside = rows.select(
            "unit_vector", "map_x", "map_y", "is_placed", text=text_over(self.over).fill_null("")
        ).filter(is_there)
        places = inside.select("map_x", "map_y").to_numpy().astype(np.float32)
        vectors, _ = matrix_of(inside["unit_vector"])
        found = find_clusters(vectors, places, inside["is_placed"].to_numpy(), self.detail, self.seed)
        columns = pl.DataFrame(
            {"cluster": found.cluster, "cluster_confidence": found.confidence, "cluster_group": found.group}
        ).select(pl.col(name).cast(dtype) for name, dtype in self.adds.items())
        lines = self._lines(inside, columns, vectors, there)
        held = columns.with_columns(there.alias("row")).join(lines, on="row", how="left", maintain_order="left")
        at = np.full(rows.height, len(there), dtype=np.int64)
        at[there.to_numpy()] = np.arange(len(there))
        return pl.concat([held, held.clear(1)])[at].select(*self.adds, "names")

    def _lines(self, inside: pl.DataFrame, columns: pl.DataFrame, vectors: Floats, there: pl.Series) -> pl.DataFrame:
        """`row`, `names`: the lines that hang on each cluster's first row."""
        left_out = stop_words(inside["text"].to_list()) if inside.height else set()
        table = inside.select("map_x", "map_y", "text").hstack(columns).with_columns(row=there)
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
    of = {key[0]: found["word"].to_list() for key, found in words.partition_by("cluster", as_dict=True).items()}
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
