"""MinHash signatures cut into bands, and the buckets of rows that share a band."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import I64, U8, U32, U64, compiled
from analysis.duplicates.kernels.words import mix

GOLDEN = 0x9E3779B97F4A7C15


@compiled
def band_keys(
    values: U64,
    place: I64,
    count: I64,
    rows: I64,
    a: U32,
    b: U32,
    bands: int,
    per_band: int,
    low: int,
    high: int,
    out: U64,
) -> None:
    """For rows[low:high]: out[band, k], a hash of the smallest values of the band under x -> a x + b (mod 2**32)."""
    least = np.empty(a.size, np.uint32)
    for k in range(low, high):
        r = rows[k]
        least[:] = np.uint32(0xFFFFFFFF)
        for i in range(place[r], place[r] + count[r]):
            x = np.uint32(values[i] >> np.uint64(32))
            for q in range(a.size):
                v = np.uint32(a[q] * x + b[q])
                least[q] = min(least[q], v)
        for band in range(bands):
            h = np.uint64(band + 1)
            for q in range(per_band):
                h = mix(h * np.uint64(GOLDEN) + np.uint64(least[band * per_band + q]))
            out[band, k] = h


@compiled
def bucket_costs(ordered: U64, bits: int, rows: I64, count: I64, all_pairs: I64, members: I64) -> None:
    """For each bucket of s rows, adds to all_pairs[s] the shingles read to compare all pairs, to members[s] its own.

    The last entry of both is for all larger buckets. `ordered`: sorted keys, each with its row in the low `bits`.
    """
    i = 0
    while i < ordered.size:
        j = i + 1
        while j < ordered.size and (ordered[j] >> np.uint64(bits)) == (ordered[i] >> np.uint64(bits)):
            j += 1
        held = 0
        for p in range(i, j):
            held += count[rows[ordered[p] & ((np.uint64(1) << np.uint64(bits)) - np.uint64(1))]]
        size = min(j - i, members.size - 1)
        all_pairs[size] += (j - i - 1) * held
        members[size] += held
        i = j


@compiled
def sought(ordered: U64, bits: int, widest: int, hubs: int, begin: U32, end: U32, member: U32, cut: U8) -> None:
    """Writes which rows each row is compared with in one band: member[begin[k] : end[k]], all before it.

    In a bucket of more than `widest` rows these are only its first `hubs` rows; later rows are marked in `cut`.
    """
    i = 0
    while i < ordered.size:
        j = i + 1
        while j < ordered.size and (ordered[j] >> np.uint64(bits)) == (ordered[i] >> np.uint64(bits)):
            j += 1
        for p in range(i, j):
            k = ordered[p] & ((np.uint64(1) << np.uint64(bits)) - np.uint64(1))
            member[p] = k
            begin[k] = i
            if j - i > widest and p - i > hubs:
                end[k] = i + hubs
                cut[k] = 1
            else:
                end[k] = p
        i = j
