"""Which rows may say nearly the same? MinHash proposes; nothing is decided here.

Two rows of similarity J share one of b bands of r values with probability 1 - (1 - J**r)**b (Broder 1997; Leskovec,
Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.duplicates.shingles import Shingles

BANDS, VALUES_PER_BAND = 21, 3
HUBS = 64  # rows of a crowded bucket that all others in it are compared with
WIDTHS = (4096, 2048, 1024, 512, 256, 128)  # the widest bucket in which all rows are compared: as the effort allows
EFFORT_PER_ROW, EFFORT = 50_000, 5_000_000_000  # shingles read at most, each pair counted in every band it shares


class Candidates(NamedTuple):
    """Distinct sets k = 0, 1, … and, per band, the earlier ones each is compared with.

    In band b these are `member[b, begin[b, k] : end[b, k]]`, ascending. `cut[k]` is 1 where a bucket was so crowded
    that only its first HUBS were taken; `widest` is the size from which that happens.
    """

    begin: NDArray[np.uint32]
    end: NDArray[np.uint32]
    member: NDArray[np.uint32]
    cut: NDArray[np.uint8]
    widest: int


def permutations(count: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The fixed constants of `count` hash functions, the same on every machine: SplitMix64 from seed 1."""
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
    """The candidates among `rows`, which have shingles and of which no two are equal."""
    from analysis.duplicates.kernels import minhash as loops
    from analysis.duplicates.kernels.compiled import in_threads

    n, bits = len(rows), max(1, int(len(rows) - 1).bit_length())
    a, b = permutations(-(-bands * per_band // 8) * 8)  # eight at a time, as the processor takes them
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
    """The greatest of WIDTHS with which all comparisons stay within `effort`; the least where none does.

    Per size of bucket, the last for all greater ones: shingles read for all its pairs, and shingles of its members,
    each of which is read once per hub where the bucket is crowded.
    """
    for widest in WIDTHS:
        if all_pairs[: widest + 1].sum() + 2 * HUBS * members[widest + 1 :].sum() <= effort:
            return widest
    return WIDTHS[-1]
