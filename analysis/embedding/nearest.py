"""Which vectors are nearest to each? By all dot products, or by the cells of an inverted file where they are many.

Similarity is the cosine, which for unit vectors is the dot product; distance is 1 less the cosine.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from analysis.embedding.vectors import Floats, Whole, unit

EXACT_ROWS = 15_000  # up to here all dot products cost less than building an index
BLOCK_ROWS = 1_024
PRODUCTS_AT_ONCE = 1 << 20  # larger tables are allocated and freed each time, which is slow
CELLS_PER_ROOT, PROBED_CELLS, FITTED_PER_CELL = 2.0, 32, 60
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int32]]


class Nearest(NamedTuple):
    """For each row the numbers of its nearest, int32 [n, k], nearest first, and their cosines, float32 [n, k]."""

    rows: Numbers
    cosine: Floats


def nearest(vectors: Floats, k: int, seed: int = 0) -> Nearest:
    """The `k` nearest of each row among all rows, itself first; `k` is at most the number of rows."""
    if len(vectors) <= EXACT_ROWS:
        return exact(vectors, vectors, k)
    return _itself_first(_by_cells(vectors, vectors, k, seed))


def nearest_among(vectors: Floats, asked: Floats, k: int, seed: int = 0) -> Nearest:
    """The `k` nearest among `vectors` of each row of `asked`."""
    is_small = len(vectors) <= EXACT_ROWS or len(asked) < 100
    return exact(vectors, asked, k) if is_small else _by_cells(vectors, asked, k, seed)


def exact(vectors: Floats, asked: Floats, k: int) -> Nearest:
    """By every dot product; of equal cosines the earlier row comes first."""
    k = min(k, len(vectors))
    rows, cosine = np.empty((len(asked), k), np.int32), np.empty((len(asked), k), np.float32)
    block = max(PRODUCTS_AT_ONCE // max(len(vectors), 1), 16)
    for start in range(0, len(asked), block):
        product = asked[start : start + block] @ vectors.T
        candidates = np.sort(np.argpartition(product, -k, axis=1)[:, -k:], axis=1)
        values = np.take_along_axis(product, candidates, 1)
        order = np.argsort(-values, axis=1, kind="stable")
        rows[start : start + block] = np.take_along_axis(candidates, order, 1)
        cosine[start : start + block] = np.take_along_axis(values, order, 1)
    result = Nearest(rows, np.minimum(cosine, 1))
    return _itself_first(result) if asked is vectors else result


def _itself_first(neighbours: Nearest) -> Nearest:
    """Each row as its own first neighbour, even where rounding changes its cosine with itself."""
    n, k = neighbours.rows.shape
    numbers = np.arange(n, dtype=np.int32)
    position = np.where(
        (neighbours.rows == numbers[:, None]).any(1), (neighbours.rows == numbers[:, None]).argmax(1), k - 1
    )
    order = np.argsort(np.where(np.arange(k) == position[:, None], -1, np.arange(k)), axis=1, kind="stable")
    rows, cosine = np.take_along_axis(neighbours.rows, order, 1), np.take_along_axis(neighbours.cosine, order, 1)
    rows[:, 0], cosine[:, 0] = numbers, 1
    return Nearest(rows, cosine)


def _by_cells(vectors: Floats, asked: Floats, k: int, seed: int) -> Nearest:
    """Among the rows of the nearest cells: an inverted file (Jégou et al. 2011) that searches for a whole cell at once.

    Nothing is compiled and the order is fixed, so the same seed gives the same rows.
    """
    from sklearn.cluster import MiniBatchKMeans

    count = max(round(math.sqrt(len(vectors)) * CELLS_PER_ROOT), PROBED_CELLS)
    sample = vectors[np.random.default_rng(seed).permutation(len(vectors))[: count * FITTED_PER_CELL]]
    fitted = MiniBatchKMeans(count, init="random", n_init=1, batch_size=4_096, max_iter=10, random_state=seed)
    middles = unit(fitted.fit(sample).cluster_centers_.astype(np.float32))
    stored_rows, asked_rows = _by_cell(vectors, middles), _by_cell(asked, middles)
    around = exact(middles, middles.copy(), PROBED_CELLS).rows
    rows, cosine = np.zeros((len(asked), k), np.int32), np.full((len(asked), k), -1, np.float32)
    for cell, near in enumerate(around):
        if len(asked_rows[cell]):
            members = np.sort(np.concatenate([stored_rows[other] for other in near]))
            for start in range(0, len(asked_rows[cell]), BLOCK_ROWS):
                some = asked_rows[cell][start : start + BLOCK_ROWS]
                neighbours = exact(vectors[members], asked[some], k)
                width = neighbours.rows.shape[1]
                rows[some, :width], cosine[some, :width] = members[neighbours.rows], neighbours.cosine
    return Nearest(rows, cosine)


def _by_cell(vectors: Floats, middles: Floats) -> list[Whole]:
    """The rows of each cell: those to which its middle is the nearest."""
    cell = np.concatenate(
        [(vectors[start : start + BLOCK_ROWS] @ middles.T).argmax(1) for start in range(0, len(vectors), BLOCK_ROWS)]
    )
    order = np.argsort(cell, kind="stable")
    return np.split(order, np.searchsorted(cell[order], np.arange(1, len(middles))))
