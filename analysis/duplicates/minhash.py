"""Which rows may be near duplicates? MinHash proposes candidates; other code verifies them.

Two rows of similarity J share one of b bands of r values with probability 1 - (1 - J**r)**b (Broder 1997; Leskovec,
Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.duplicates.shingles import Shingles

BANDS, VALUES_PER_BAND = 21, 3
HUBS = 64  # in a bucket that is too large, all rows are compared with the first HUBS only
WIDTHS = (4096, 2048, 1024, 512, 256, 128)  # largest bucket with all pairs compared: the first that EFFORT allows
EFFORT_PER_ROW, EFFORT = 50_000, 5_000_000_000  # shingles read at most; a pair counts in every band that it shares


class Candidates(NamedTuple):
    """Per band and distinct set k = 0, 1, …, the earlier sets that it is compared with.

    In band b these are `member[b, begin[b, k] : end[b, k]]`, ascending. `cut[k]` is 1 where a bucket was so large that
    k was compared only with its first HUBS sets; `widest` is the largest bucket in which all pairs are compared.
    """

    begin: NDArray[np.uint32]
    end: NDArray[np.uint32]
    member: NDArray[np.uint32]
    cut: NDArray[np.uint8]
    widest: int


def permutations(count: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The fixed constants of `count` hash functions, the same on every machine: SplitMix64 with seed 1."""
    mask, state, drawn = (1 << 64) - 1, 1, []
    for _ in range(2 * count):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & mask
        drawn.append((z ^ z >> 31) >> 32)
    return np.array(drawn[::2], np.uint32) | np.uint32(1), np.array(drawn[1::2], np.uint32)


def candidates(
    shingles: Shingles, rows: NDArray[np.int64], bands: int = BANDS, per_band: int = VALUES_PER_BAND
) -> Candidates:
    """The candidates among `rows`, which all have shingles and different sets of them."""
    from analysis.duplicates.kernels import minhash as loops
    from analysis.duplicates.kernels.compiled import in_threads

    n, bits = len(rows), max(1, int(len(rows) - 1).bit_length())
    a, b = permutations(-(-bands * per_band // 8) * 8)  # a multiple of eight, which the processor computes at once
    keys = np.empty((bands, n), np.uint64)
    in_threads(
        n,
        lambda low, high: loops.band_keys(
            shingles.values, shingles.place, shingles.counts, rows, a, b, bands, per_band, low, high, keys
        ),
    )
    keys >>= np.uint64(bits)
    keys <<= np.uint64(bits)
    keys |= np.arange(n, dtype=np.uint64)
    in_threads(bands, lambda low, high: keys[low:high].sort(axis=1))
    all_pairs, members = np.zeros(WIDTHS[0] + 2, np.int64), np.zeros(WIDTHS[0] + 2, np.int64)
    for ordered in keys:
        loops.bucket_costs(ordered, bits, rows, shingles.counts, all_pairs, members)
    widest = widest_within(all_pairs, members, EFFORT_PER_ROW * n + EFFORT)
    begin, end, member = (np.empty((bands, n), np.uint32) for _ in range(3))
    cut = np.zeros(n, np.uint8)
    for ordered, first, upto, within in zip(keys, begin, end, member, strict=True):
        loops.sought(ordered, bits, widest, HUBS, first, upto, within, cut)
    return Candidates(begin, end, member, cut, widest)


def widest_within(all_pairs: NDArray[np.int64], members: NDArray[np.int64], effort: int) -> int:
    """The largest of WIDTHS with which all comparisons stay within `effort`; the smallest where none does.

    Per size of bucket, with one last entry for all larger sizes: `all_pairs` is the number of shingles read to compare
    all pairs, `members` the number of shingles of its rows, which are read once per hub where the bucket is too large.
    """
    for widest in WIDTHS:
        if all_pairs[: widest + 1].sum() + 2 * HUBS * members[widest + 1 :].sum() <= effort:
            return widest
    return WIDTHS[-1]
