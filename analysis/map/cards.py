"""What is in each cluster of the rows in view? Its name, rows, tokens, mean score and verb-noun pairs."""

from __future__ import annotations

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.map.chosen import own_column
from analysis.map.clusters_signal import Level

PAIRS_SHOWN, LEAST_PAIRS = 3, 3


def names_of(dataset: Dataset) -> pl.DataFrame:
    """The table of names of the signal, in which no group has the name of a cluster.

    A group of one large cluster and small ones has the same typical words as that cluster: its name ends in "(group)".
    """
    names = dataset.table(dataset.signal("clusters"), "names")
    of_clusters = names.filter(pl.col("level") == "cluster")["name"].implode()
    is_same = (pl.col("level") == "cluster_group") & pl.col("name").is_in(of_clusters)
    return names.with_columns(name=pl.when(is_same).then(pl.col("name") + " (group)").otherwise("name"))


def cluster_cards(dataset: Dataset, rows: pl.Series, level: Level = "cluster") -> pl.DataFrame:
    """A line per cluster that has some of the rows at these positions, most rows first.

    `cluster`, `name`, `words`, `group` and `group_name`, `rows`, `share` of the rows that are on the map, `tokens`
    (null until tokens are computed), `mean_score` (null without scores), `pairs` (verb-noun pairs that distinguish it;
    empty until verb_noun is computed), `representatives` (positions, of the whole cluster), `x`, `y`.
    """
    names = names_of(dataset).drop("row_id")
    groups = names.filter(pl.col("level") == "cluster_group").select(group="cluster", group_name="name")
    called = names.filter(pl.col("level") == level).drop("level").join(groups, on="group", how="left")
    counted = counts(dataset, rows, level)
    cards = called.join(counted, on="cluster").join(_pairs(dataset, rows, level), on="cluster", how="left")
    order = ["cluster", "name", "words", "group", "group_name", "rows", "share", "tokens", "mean_score", "pairs"]
    return (
        cards.with_columns(pl.col("pairs").fill_null([]))
        .sort(["rows", "cluster"], descending=[True, False])
        .select(*order, "representatives", "x", "y")
    )


def counts(dataset: Dataset, rows: pl.Series, level: Level = "cluster") -> pl.DataFrame:
    """What changes with the view: `cluster`, `rows`, `share`, `tokens`, `mean_score`, of these rows only."""
    placed = own_column(dataset, level).gather(rows)
    cluster = placed.fill_null(-1).to_numpy() + 1  # 0 counts rows without a cluster or not on the map

    def sums(values: pl.Series | None = None) -> pl.Series:
        weights = None if values is None else values.fill_null(0).to_numpy()
        return pl.Series(np.bincount(cluster, weights, minlength=1)[1:])

    counted = pl.DataFrame({"rows": sums().cast(pl.UInt32)}).with_row_index("cluster").cast({"cluster": pl.Int32})
    tokens = dataset.column("row_tokens").gather(rows) if _has(dataset, "row_tokens") else None
    scores = dataset.column("score").gather(rows) if "score" in dataset.canonical else None
    return counted.with_columns(
        tokens=pl.lit(None, pl.UInt64) if tokens is None else sums(tokens).cast(pl.UInt64),
        mean_score=pl.lit(None, pl.Float64) if scores is None else _share(sums(scores), sums(scores.is_not_null())),
        share=pl.col("rows") / max(len(rows) - placed.null_count(), 1),
    ).filter(pl.col("rows") > 0)


def _share(part: pl.Series, whole: pl.Series) -> pl.Series:
    return (part / whole).fill_nan(None)


def apart(dataset: Dataset, rows: pl.Series) -> tuple[int, int]:
    """Of the rows at these positions, how many are unclustered, and how many are not on the map."""
    cluster = own_column(dataset, "cluster").gather(rows)
    return int((cluster == -1).sum()), cluster.null_count()


def _has(dataset: Dataset, column: str) -> bool:
    return column in dataset.schema


def _pairs(dataset: Dataset, rows: pl.Series, level: Level) -> pl.DataFrame:
    """`cluster`, `pairs`: what only its rows ask for, by class-based TF-IDF; no line until it is computed."""
    nothing = pl.DataFrame(schema={"cluster": pl.Int32, "pairs": pl.List(pl.String)})
    if not _has(dataset, "verb") or not _has(dataset, "noun"):
        return nothing
    table = pl.DataFrame([own_column(dataset, level).gather(rows).alias("cluster")]).hstack(
        dataset.frame(["verb", "noun"], rows)
    )
    counted = (
        table.lazy()
        .filter(pl.col("cluster") >= 0)
        .drop_nulls()
        .select("cluster", pair=pl.format("{} {}", "verb", "noun"))
        .group_by("cluster", "pair")
        .agg(n=pl.len())
        .with_columns(inside=pl.col("n").sum().over("cluster"), everywhere=pl.col("n").sum().over("pair"))
        .filter(pl.col("n") >= LEAST_PAIRS)
    )
    each = pl.col("n").sum() / pl.col("cluster").n_unique()
    weight = pl.col("n") / pl.col("inside") * (1 + each / pl.col("everywhere")).log()
    best = counted.with_columns(weight=weight).sort("weight", "pair", descending=[True, False])
    return best.group_by("cluster", maintain_order=True).agg(pairs=pl.col("pair").head(PAIRS_SHOWN)).collect()
