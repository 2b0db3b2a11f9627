"""Hashes of the first and last words of texts, and of whole rows and pieces, byte for byte."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import I32, I64, U8, U64, compiled
from analysis.duplicates.kernels.words import (
    FNV_PRIME,
    FNV_START,
    HIDDEN,
    SPACELESS,
    WORD,
    code_at,
    kind_of,
    mix,
    words_into,
)

GOLDEN = 0x9E3779B97F4A7C15


@compiled
def words_away(data: U8, first: int, end: int, kind: U8, n: int, backwards: bool) -> int:
    """Where the first n words of a text end; `backwards`, where the last n begin. The other end where it has fewer."""
    count, inside = 0, False
    i = end if backwards else first
    while count < n and (i > first if backwards else i < end):
        place = i
        if backwards:
            place -= 1
            while place > first and data[place] & 0xC0 == 0x80:
                place -= 1
        code, width = code_at(data, place)
        k = kind_of(code, kind)
        if k != HIDDEN:
            if inside and k != WORD:
                count += 1
                inside = False
                if count == n:
                    return i
            if k == SPACELESS:
                count += 1
            inside = k == WORD
        i = place if backwards else place + width
    return i


@compiled
def ends_of_texts(
    data: U8, starts: I64, ends: I64, kind: U8, fold: I32, n: int, low: int, high: int, head: U64, tail: U64
) -> None:
    """For texts low to high: a hash of the first and of the last n words, 0 for a text with fewer words."""
    room = 1
    for t in range(low, high):
        room = max(room, ends[t] - starts[t] + 1)
    words = np.empty(room, np.uint64)
    for t in range(low, high):
        head[t], tail[t] = np.uint64(0), np.uint64(0)
        if ends[t] - starts[t] < n:
            continue
        stop = words_away(data, starts[t], ends[t], kind, n, False)
        if words_into(data, starts[t], stop, kind, fold, words, 0) < n:
            continue
        h = np.uint64(FNV_START)
        for i in range(n):
            h = h * np.uint64(GOLDEN) + words[i]
        head[t] = mix(h) | np.uint64(1)
        begin = words_away(data, starts[t], ends[t], kind, n, True)
        count = words_into(data, begin, ends[t], kind, fold, words, 0)
        h = np.uint64(FNV_START)
        for i in range(count - n, count):
            h = h * np.uint64(GOLDEN) + words[i]
        tail[t] = mix(h) | np.uint64(1)


@compiled
def hash_pieces(data: U8, begin: I64, end: I64, low: int, high: int, out: U64) -> None:
    """A hash of the bytes of each piece low to high."""
    for p in range(low, high):
        h = np.uint64(FNV_START)
        for i in range(begin[p], end[p]):
            h = (h ^ np.uint64(data[i])) * np.uint64(FNV_PRIME)
        out[p] = mix(h)


@compiled
def hash_rows(of_pieces: U64, first: I64, low: int, high: int, out: U64) -> None:
    """A hash of the pieces of each row low to high, in their order."""
    for r in range(low, high):
        h = np.uint64(FNV_START)
        for p in range(first[r], first[r + 1]):
            h = mix(h * np.uint64(GOLDEN) + of_pieces[p])
        out[r] = h
