"""The set of shingles of each row: hashes of sequences of n words or n characters."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import I32, I64, U8, U64, compiled
from analysis.duplicates.kernels.words import characters_into, measure, mix, words_into

GOLDEN = 0x9E3779B97F4A7C15
WORDS, CHARACTERS, BY_SCRIPT = 0, 1, 2


@compiled
def measure_rows(
    data: U8, starts: I64, ends: I64, first: I64, kind: U8, unit: int, low: int, high: int, units: I64, by_letters: U8
) -> None:
    """For rows low to high: writes how many words or characters each has, and whether it is measured in characters."""
    for r in range(low, high):
        words, letters, spaceless, gaps, parts = 0, 0, 0, 0, 0
        for t in range(first[r], first[r + 1]):
            w, c, s, g = measure(data, starts[t], ends[t], kind)
            words, letters, spaceless, gaps = words + w, letters + c, spaceless + s, gaps + g
            parts += c > 0
        by_letters[r] = unit == CHARACTERS or (unit == BY_SCRIPT and 2 * spaceless > letters)
        units[r] = letters + gaps + max(parts - 1, 0) if by_letters[r] else words


@compiled
def shingle_rows(
    data: U8,
    starts: I64,
    ends: I64,
    first: I64,
    kind: U8,
    fold: I32,
    by_letters: U8,
    sizes: I64,
    low: int,
    high: int,
    place: I64,
    out: U64,
    count: I64,
    whole: U64,
) -> None:
    """For rows low to high: writes distinct shingles, sorted, to out[place[r] : place[r] + count[r]], and their hash.

    `sizes`: units per shingle, in words and in characters. A row of fewer units is one shingle.
    """
    for r in range(low, high):
        position = place[r]
        for t in range(first[r], first[r + 1]):
            if by_letters[r]:
                begun = position
                if position > place[r]:
                    out[position] = mix(np.uint64(32))
                    position += 1
                before = position
                position = characters_into(data, starts[t], ends[t], kind, fold, out, position)
                if position == before:
                    position = begun
            else:
                position = words_into(data, starts[t], ends[t], kind, fold, out, position)
        part = out[place[r] : position]
        n = sizes[by_letters[r]]
        runs = part.size - n + 1 if part.size >= n else min(part.size, 1)
        for i in range(runs):
            h = np.uint64(by_letters[r] + 1)
            for q in range(min(n, part.size)):
                h = h * np.uint64(GOLDEN) + part[i + q]
            part[i] = mix(h)
        part = part[:runs]
        sort_few(part)
        m = 0
        total = np.uint64(runs > 0)
        for i in range(runs):
            if i == 0 or part[i] != part[m - 1]:
                part[m] = part[i]
                total = mix(total * np.uint64(GOLDEN) + part[i])
                m += 1
        count[r] = m
        whole[r] = total


@compiled
def sort_few(part: U64) -> None:
    """Sorts in place; short arrays by insertion, which is faster."""
    if part.size > 24:
        part.sort()
        return
    for i in range(1, part.size):
        x = part[i]
        j = i
        while j > 0 and part[j - 1] > x:
            part[j] = part[j - 1]
            j -= 1
        part[j] = x
