"""Which vectors lie nearest to each? By all products, or by the cells of an inverted file where they are many.

Similarity is the cosine, which for unit vectors is the product; distance is 1 less the cosine.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from analysis.embedding.vectors import Floats, Whole, unit

EXACT_ROWS = 15_000  # up to here all products cost less than building an index
BLOCK_ROWS = 1_024
PRODUCTS_AT_ONCE = 1 << 20  # larger tables of them are taken from the system and given back each time
CELLS_PER_ROOT, PROBED_CELLS, FITTED_PER_CELL = 2.0, 32, 60
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int32]]


class Nearest(NamedTuple):
    """For each row the numbers of its nearest, int32 [n, k], nearest first, and their cosines, float32 [n, k]."""

    rows: Numbers
    cosine: Floats


def nearest(vectors: Floats, k: int, seed: int = 0) -> Nearest:
    """The `k` nearest of each among all, itself first; `k` is at most the number of rows."""
    if len(vectors) <= EXACT_ROWS:
        return exact(vectors, vectors, k)
    return _itself_first(_by_cells(vectors, vectors, k, seed))


def nearest_among(vectors: Floats, asked: Floats, k: int, seed: int = 0) -> Nearest:
    """The `k` nearest among `vectors` of each row of `asked`."""
    is_small = len(vectors) <= EXACT_ROWS or len(asked) < 100
    return exact(vectors, asked, k) if is_small else _by_cells(vectors, asked, k, seed)


def exact(vectors: Floats, asked: Floats, k: int) -> Nearest:
    """By every product; among equals the earlier row comes first."""
    k = min(k, len(vectors))
    rows, cosine = np.empty((len(asked), k), np.int32), np.empty((len(asked), k), np.float32)
    block = max(PRODUCTS_AT_ONCE // max(len(vectors), 1), 16)
    for at in range(0, len(asked), block):
        product = asked[at : at + block] @ vectors.T
        found = np.sort(np.argpartition(product, -k, axis=1)[:, -k:], axis=1)
        values = np.take_along_axis(product, found, 1)
        order = np.argsort(-values, axis=1, kind="stable")
        rows[at : at + block] = np.take_along_axis(found, order, 1)
        cosine[at : at + block] = np.take_along_axis(values, order, 1)
    made = Nearest(rows, np.minimum(cosine, 1))
    return _itself_first(made) if asked is vectors else made


def _itself_first(found: Nearest) -> Nearest:
    """Each row as its own first neighbour, whatever rounding made of its cosine with itself."""
    n, k = found.rows.shape
    own = np.arange(n, dtype=np.int32)
    at = np.where((found.rows == own[:, None]).any(1), (found.rows == own[:, None]).argmax(1), k - 1)
    order = np.argsort(np.where(np.arange(k) == at[:, None], -1, np.arange(k)), axis=1, kind="stable")
    rows, cosine = np.take_along_axis(found.rows, order, 1), np.take_along_axis(found.cosine, order, 1)
    rows[:, 0], cosine[:, 0] = own, 1
    return Nearest(rows, cosine)


def _by_cells(vectors: Floats, asked: Floats, k: int, seed: int) -> Nearest:
    """Among the rows of the cells around: an inverted file (Jégou et al. 2011) whose cells are asked as a whole.

    Nothing is compiled and nothing runs in an order of its own, so the same seed gives the same rows.
    """
    from sklearn.cluster import MiniBatchKMeans

    count = max(round(math.sqrt(len(vectors)) * CELLS_PER_ROOT), PROBED_CELLS)
    sample = vectors[np.random.default_rng(seed).permutation(len(vectors))[: count * FITTED_PER_CELL]]
    fitted = MiniBatchKMeans(count, init="random", n_init=1, batch_size=4_096, max_iter=10, random_state=seed)
    middles = unit(fitted.fit(sample).cluster_centers_.astype(np.float32))
    held, own = _by_cell(vectors, middles), _by_cell(asked, middles)
    around = exact(middles, middles.copy(), PROBED_CELLS).rows
    rows, cosine = np.zeros((len(asked), k), np.int32), np.full((len(asked), k), -1, np.float32)
    for cell, near in enumerate(around):
        if len(own[cell]):
            members = np.sort(np.concatenate([held[other] for other in near]))
            for at in range(0, len(own[cell]), BLOCK_ROWS):
                some = own[cell][at : at + BLOCK_ROWS]
                found = exact(vectors[members], asked[some], k)
                got = found.rows.shape[1]
                rows[some, :got], cosine[some, :got] = members[found.rows], found.cosine
    return Nearest(rows, cosine)


def _by_cell(vectors: Floats, middles: Floats) -> list[Whole]:
    """The rows of each cell, by the middle that is nearest."""
    cell = np.concatenate(
        [(vectors[at : at + BLOCK_ROWS] @ middles.T).argmax(1) for at in range(0, len(vectors), BLOCK_ROWS)]
    )
    order = np.argsort(cell, kind="stable")
    return np.split(order, np.searchsorted(cell[order], np.arange(1, len(middles))))
