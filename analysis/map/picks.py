"""Which rows to take: a sample that covers everything, one with the shares of the whole, or redundant rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.embedding.vectors import Floats, Whole, distinct, matrix_of, unit
from analysis.errors import MapError
from analysis.map.chosen import own_column

MOST_CELLS = 1_000  # of k-means; more rows than cells are taken from each in turn
FITTED_ROWS = 50_000
BLOCK_ROWS = 20_000
NESTED = (0.25, 0.5, 1.0)


def diverse(dataset: Dataset, rows: pl.Series, size: int, seed: int = 0) -> pl.Series:
    """`size` positions that cover the rows evenly: representatives of k-means cells.

    Each cell gives the row nearest to its middle, then each a second one, and so on; so the first rows cover most.
    Repeats of a vector are taken last. Rows without a vector are not picked. Fewer than `size` where there are
    fewer such rows.
    """
    vectors, places = matrix_of(own_column(dataset, "unit_vector").gather(rows))
    if not len(vectors) or size < 1:
        return rows.clear()
    first, which = distinct(vectors)
    order = np.lexsort((np.arange(len(which)), _copy_number(which)))
    cells, distance = _cells(vectors[first], min(size, MOST_CELLS, len(first)), seed)
    table = pl.DataFrame({"at": order, "cell": cells[which[order]], "copy": _copy_number(which)[order]})
    table = table.with_columns(distance=pl.Series(distance[which[order]]))
    turn = pl.int_range(pl.len()).over("cell", "copy")
    ranked = table.sort("copy", "distance", "at").with_columns(turn=turn).sort("copy", "turn", "distance", "at")
    return rows.gather(places[ranked["at"].to_numpy()[:size]])


def _copy_number(which: Whole) -> Whole:
    """0 for the first row of each vector, 1 for its first copy, and so on."""
    numbered = pl.DataFrame({"v": which}).select(pl.int_range(pl.len()).over("v")).to_series()
    return numbered.to_numpy().astype(np.int64)


def _cells(vectors: Floats, count: int, seed: int) -> tuple[Whole, Floats]:
    """The cell of each vector, and its distance from the cell's middle."""
    from sklearn.cluster import MiniBatchKMeans

    sample = vectors[np.sort(np.random.default_rng(seed).permutation(len(vectors))[:FITTED_ROWS])]
    fitted = MiniBatchKMeans(count, n_init=1, batch_size=4_096, max_iter=10, random_state=seed).fit(sample)
    middles = unit(fitted.cluster_centers_.astype(np.float32))
    cell, cosine = np.zeros(len(vectors), np.int64), np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors), BLOCK_ROWS):
        products = vectors[start : start + BLOCK_ROWS] @ middles.T
        cell[start : start + BLOCK_ROWS], cosine[start : start + BLOCK_ROWS] = products.argmax(1), products.max(1)
    return cell, 1 - cosine


def proportional(dataset: Dataset, rows: pl.Series, size: int, seed: int = 0, *, by: str = "cluster") -> pl.Series:
    """`size` positions in which each value of the column `by` has the share it has among the rows, within one row.

    The first rows of the sample are such a sample too, for every number of rows: smaller samples are part of larger.
    """
    values = own_column(dataset, by) if by in ("cluster", "cluster_group") else dataset.column(by)
    draws = np.random.default_rng(seed).permutation(len(rows))
    table = pl.DataFrame({"row": rows, "of": values.gather(rows), "draw": draws}).sort("draw")
    evenly = (pl.int_range(pl.len()).over("of") + 0.5) / pl.len().over("of")
    return table.with_columns(at=evenly).sort("at", "draw")["row"].head(size)


def nested(
    dataset: Dataset,
    rows: pl.Series,
    size: int,
    shares: Sequence[float] = NESTED,
    seed: int = 0,
    *,
    by: str = "cluster",
) -> dict[float, pl.Series]:
    """Samples of these shares of `size`, each inside the next, to measure what more data add; see `proportional`."""
    if not shares or min(shares) <= 0 or max(shares) > 1:
        raise MapError(f"Shares of nested samples are above 0 and at most 1, such as 0.25; given are {list(shares)}.")
    whole = proportional(dataset, rows, size, seed, by=by)
    return {share: whole.head(max(round(share * len(whole)), 1)) for share in sorted(shares)}


def redundant(dataset: Dataset, rows: pl.Series, size: int) -> pl.Series:
    """`size` positions of redundant rows: copies beyond the first, then rows nearest to their neighbours."""
    columns = [own_column(dataset, name).gather(rows) for name in ("unit_vector", "outlier_score")]
    vectors, places = matrix_of(columns[0])
    _, which = distinct(vectors)
    table = pl.DataFrame({"row": rows.gather(places), "copy": _copy_number(which) > 0})
    table = table.with_columns(columns[1].gather(places).alias("score"))
    return table.sort("copy", "score", "row", descending=[True, False, False], nulls_last=True)["row"].head(size)
