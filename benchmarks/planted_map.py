"""An invented map for a dataset: groups of random places, with the columns that the signals would compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.embedding.embedding_signal import FIGURE, WEIGHT
from analysis.map.clusters_signal import NAME
from sample_data.maker.words import NOUNS

CLUSTERS, GROUPS, APART_SHARE, NEAREST = 80, 12, 0.05, 10


def plant(dataset: Dataset, seed: int = 0) -> None:
    """Writes the files of embedding, neighbours, map and clusters as if they were computed; existing files stay.

    A page only reads columns of that size. The texts of these rows have no topics, so their real map would be one
    cluster without a name; a map of a million rows with topics is measured elsewhere.
    """
    height, draws = dataset.height, np.random.default_rng(seed)
    ids = dataset.column("row_id")
    middles = draws.uniform(-15, 15, (CLUSTERS, 2))
    sizes = 1 / np.arange(1, CLUSTERS + 1) ** 0.7
    cluster = np.sort(draws.choice(CLUSTERS, height, p=sizes / sizes.sum()))[draws.permutation(height)]
    order = np.argsort(-np.bincount(cluster, minlength=CLUSTERS), kind="stable")
    cluster = np.argsort(order)[cluster]
    is_apart = draws.random(height) < APART_SHARE
    places = middles[cluster] + draws.normal(0, 0.7, (height, 2))
    places[is_apart] = draws.uniform(-18, 18, (int(is_apart.sum()), 2))
    group = np.where(is_apart, -1, cluster % GROUPS).astype(np.int32)
    cluster = np.where(is_apart, -1, cluster).astype(np.int32)
    vectors = draws.normal(size=(CLUSTERS + 1, 128)).astype(np.float16)[cluster]
    made: dict[str, dict[str, Any]] = {
        "embedding": {
            "unit_vector": pl.Series(vectors, dtype=pl.Array(pl.Float16, 128)),
            "embedding_status": pl.repeat("embedded", height, eager=True),
        },
        "neighbours": {
            "neighbour_rows": _lists(draws.integers(0, height, (height, NEAREST)), pl.UInt32),
            "neighbour_cosines": _lists(np.sort(draws.random((height, NEAREST)))[:, ::-1], pl.Float32),
            "outlier_score": draws.random(height).astype(np.float32),
            "neighbour_density": draws.random(height).astype(np.float32),
            "first_equal_row": np.arange(height, dtype=np.uint32),
        },
        "map": {
            "map_x": places[:, 0].astype(np.float32),
            "map_y": places[:, 1].astype(np.float32),
            "map_place": pl.DataFrame(places.astype(np.float32), schema=["x", "y"]).to_struct(),
            "is_placed": np.arange(height) >= 100_000,
        },
        "clusters": {
            "cluster": cluster,
            "cluster_confidence": draws.random(height).astype(np.float32),
            "cluster_group": group,
        },
    }
    tables = {
        "figures": pl.DataFrame(schema={"row_id": pl.String, **dict(FIGURE)}),
        "model": pl.DataFrame(schema={"row_id": pl.String, **dict(WEIGHT)}),
        "names": pl.DataFrame(_names(cluster, group, middles[order], ids), schema={"row_id": pl.String, **dict(NAME)}),
    }
    for name, columns in made.items():
        signal = dataset.signal(name)
        if not dataset.has(signal):
            for table in signal.tables:
                tables[table].write_parquet(dataset.table_path(signal, table))
            ids.to_frame().hstack(pl.DataFrame(columns)).write_parquet(dataset.path(signal))


def _lists(numbers: np.ndarray[tuple[int, ...], np.dtype[np.generic]], inner: type[pl.DataType]) -> pl.Series:
    array = pl.Series(np.ascontiguousarray(numbers), dtype=None)
    return array.cast(pl.List(inner))


def _names(
    cluster: np.ndarray[tuple[int, ...], np.dtype[np.signedinteger]],
    group: np.ndarray[tuple[int, ...], np.dtype[np.signedinteger]],
    middles: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    ids: pl.Series,
) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []
    for level, numbers in (("cluster", cluster), ("cluster_group", group)):
        for number in range(int(numbers.max()) + 1):
            rows = np.flatnonzero(numbers == number)[:3]
            words = [NOUNS[(number * 7 + i * 3) % len(NOUNS)] for i in range(10)]
            x, y = middles[number] if level == "cluster" else middles[number::GROUPS].mean(0)
            lines.append(
                {
                    "row_id": ids[int(rows[0])],
                    "level": level,
                    "cluster": number,
                    "name": ", ".join(words[:3]),
                    "words": words,
                    "group": number % GROUPS,
                    "representatives": rows.tolist(),
                    "x": x,
                    "y": y,
                }
            )
    return lines
