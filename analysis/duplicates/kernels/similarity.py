"""Exact Jaccard similarity of the candidates."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import F32, I64, U8, U32, U64, compiled


@compiled
def jaccard(values: U64, i: int, end_i: int, j: int, end_j: int) -> float:
    """Shared shingles divided by all shingles of two ascending sets; 0 for two empty sets."""
    both = 0
    union = end_i - i + end_j - j
    while i < end_i and j < end_j:
        u, v = values[i], values[j]
        both += u == v
        i += u <= v
        j += v <= u
    return both / max(1, union - both)


@compiled
def jaccard_of_pairs(values: U64, place: I64, count: I64, a: U32, b: U32, low: int, high: int, share: F32) -> None:
    """Writes the Jaccard index of each pair (a, b) from `low` to `high`."""
    for pair in range(low, high):
        x, y = a[pair], b[pair]
        share[pair] = jaccard(values, place[x], place[x] + count[x], place[y], place[y] + count[y])


@compiled
def verified(
    values: U64,
    place: I64,
    count: I64,
    rows: I64,
    begin: U32,
    end: U32,
    member: U32,
    cut: U8,
    least: float,
    low: int,
    high: int,
    room: int,
    a: U32,
    b: U32,
    similarity: F32,
) -> int:
    """Writes the pairs (a, b, similarity) of at least `least` whose second is in low:high; returns their number.

    `room` is the greatest number of candidates of one row. A mark in `cut` is removed where no row was similar.
    """
    candidates = np.empty(room, np.uint32)
    below_one = np.nextafter(np.float32(1), np.float32(0))
    n = 0
    for k in range(low, high):
        m = 0
        for band in range(begin.shape[0]):
            for p in range(begin[band, k], end[band, k]):
                candidates[m] = member[band, p]
                m += 1
        some = candidates[:m]
        some.sort()
        x = rows[k]
        is_near = False
        for c in range(m):
            if c and some[c] == some[c - 1]:
                continue
            y = rows[some[c]]
            if min(count[x], count[y]) < least * max(count[x], count[y]):
                continue
            s = jaccard(values, place[x], place[x] + count[x], place[y], place[y] + count[y])
            if s >= least:
                a[n], b[n], similarity[n] = some[c], k, min(np.float32(s), below_one)
                is_near = True
                n += 1
        if not is_near:
            cut[k] = 0
    return n
