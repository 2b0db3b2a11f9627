"""Which rows are near duplicates? Every pair with its exact similarity, and the rows that could not be judged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.duplicates.minhash import Candidates, candidates
from analysis.duplicates.shingles import Shingles

LEAST_SIMILARITY = 0.5
BLOCK = 1 << 21  # candidates that one thread verifies at a time

COMPARED, REPEATS, TOO_SHORT, CAPPED, EMPTY = "compared", "repeats", "too_short", "capped", "empty"


class Near(NamedTuple):
    """Pairs of rows, `a` before `b`, sorted by both. `similarity` is the exact Jaccard index of their shingles.

    Of rows with equal sets only the first is compared with others: each later one has only the pair with that first
    row, of similarity 1. No other pair has similarity 1. `status` is how each row was judged: `compared`; `repeats`,
    a later one of equal rows; `too_short`, fewer words than a shingle, so that it is in a pair only where it is equal;
    `capped`, similar to many rows and compared only with the first of them; `empty`, without a letter or a digit. Rows
    are capped in buckets of more than `widest` rows.
    """

    a: NDArray[np.uint32]
    b: NDArray[np.uint32]
    similarity: NDArray[np.float32]
    status: NDArray[np.str_]
    widest: int


def near_pairs(shingles: Shingles, least: float = LEAST_SIMILARITY) -> Near:
    """All pairs proposed by MinHash whose Jaccard index is at least `least`."""
    rows = np.flatnonzero(shingles.counts)
    by_set = rows[np.argsort(shingles.whole[rows], kind="stable")]
    begins = np.concatenate([[True], np.diff(shingles.whole[by_set]) != 0])[: len(by_set)]
    first = by_set[begins][np.cumsum(begins) - 1]  # the first row of equal sets, for each of by_set
    again = ~begins
    distinct = np.sort(by_set[begins])
    proposed = candidates(shingles, distinct)
    a, b, similarity = _verified(shingles, distinct, proposed, least)
    a = np.concatenate([distinct[a], first[again]]).astype(np.uint32)
    b = np.concatenate([distinct[b], by_set[again]]).astype(np.uint32)
    similarity = np.concatenate([similarity, np.ones(int(again.sum()), np.float32)])
    order = np.argsort(a.astype(np.uint64) << np.uint64(32) | b)
    status = np.full(len(shingles.counts), COMPARED, f"<U{len(TOO_SHORT)}")
    status[distinct[proposed.cut > 0]] = CAPPED
    status[shingles.units < shingles.size] = TOO_SHORT
    status[by_set[again]] = REPEATS
    status[shingles.counts == 0] = EMPTY
    return Near(a[order], b[order], similarity[order], status, proposed.widest)


def _verified(
    shingles: Shingles, rows: NDArray[np.int64], proposed: Candidates, least: float
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float32]]:
    from concurrent.futures import ThreadPoolExecutor

    from analysis.duplicates.kernels.similarity import verified

    each = (proposed.end - proposed.begin).sum(axis=0, dtype=np.int64)
    bounds = np.unique(np.searchsorted(np.cumsum(each), np.arange(0, each.sum() + BLOCK, BLOCK)))
    bounds = np.unique(np.concatenate([[0], bounds, [len(rows)]])).astype(np.int64)

    def block(number: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float32]]:
        low, high = int(bounds[number]), int(bounds[number + 1])
        total = int(each[low:high].sum())
        a, b, similarity = np.empty(total, np.uint32), np.empty(total, np.uint32), np.empty(total, np.float32)
        n = verified(
            shingles.values,
            shingles.place,
            shingles.counts,
            rows,
            proposed.begin,
            proposed.end,
            proposed.member,
            proposed.cut,
            least,
            low,
            high,
            int(each[low:high].max(initial=0)),
            a,
            b,
            similarity,
        )
        return a[:n].copy(), b[:n].copy(), similarity[:n].copy()

    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(block, range(len(bounds) - 1)))
    if not parts:
        return np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.float32)
    a, b, similarity = (np.concatenate(column) for column in zip(*parts, strict=True))
    return a, b, similarity
