"""How much of a text occurs more than once in it: lines, paragraphs, sequences of words, and a loop at its end."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import F32, I32, I64, U8, U64, compiled
from analysis.duplicates.kernels.words import FNV_PRIME, FNV_START, extents_into, measure, mix, words_into

GOLDEN = 0x9E3779B97F4A7C15
LINE_END, SPACE = 10, 32
SHARES = 13  # lines, paragraphs, their characters, top 2- to 4-grams, repeated 5- to 10-grams


@compiled
def slot_of(table: U64, h: np.uint64) -> int:
    """The slot of h in a hash table with open addressing and a power of two as size, or the empty slot (0) for it."""
    slot = h & np.uint64(table.size - 1)
    while table[slot] != 0 and table[slot] != h:
        slot = (slot + np.uint64(1)) & np.uint64(table.size - 1)
    return int(slot)


@compiled
def room_for(entries: int) -> int:
    """A power of two that is at least twice `entries`."""
    room = 4
    while room < 2 * entries:
        room *= 2
    return room


@compiled
def repeated_parts(data: U8, first: int, end: int, by_paragraph: bool) -> tuple[int, int, int, int]:
    """Lines or paragraphs of a text: the number of all, of those that occurred before, and the characters of both.

    White space around a line and empty lines do not count; paragraphs are separated by an empty line.
    """
    lines = 1
    for i in range(first, end):
        lines += data[i] == LINE_END
    table = np.zeros(room_for(lines), np.uint64)
    parts, again, characters, again_characters = 0, 0, 0, 0
    h, size = np.uint64(FNV_START), 0
    i = first
    while i <= end:
        stop = i
        while stop < end and data[stop] != LINE_END:
            stop += 1
        low, high = i, stop
        while low < high and data[low] <= SPACE:
            low += 1
        while high > low and data[high - 1] <= SPACE:
            high -= 1
        for p in range(low, high):
            h = (h ^ np.uint64(data[p])) * np.uint64(FNV_PRIME)
            size += (data[p] & 0xC0) != 0x80
        is_over = stop >= end or not by_paragraph or low == high
        if is_over and size:
            h = mix(h) | np.uint64(1)
            slot = slot_of(table, h)
            parts += 1
            characters += size
            if table[slot]:
                again += 1
                again_characters += size
            table[slot] = h
        if is_over:
            h, size = np.uint64(FNV_START), 0
        elif size:
            h = (h ^ np.uint64(LINE_END)) * np.uint64(FNV_PRIME)
        i = stop + 1
    return parts, again, characters, again_characters


@compiled
def hash_runs(words: U64, n: int, hashes: U64) -> int:
    """Writes the hash of each sequence of n words, never 0; returns their number."""
    count = max(words.size - n + 1, 0)
    for i in range(count):
        h = np.uint64(n)
        for q in range(n):
            h = h * np.uint64(GOLDEN) + words[i + q]
        hashes[i] = mix(h) | np.uint64(1)
    return count


@compiled
def top_share(words: U64, upto: I64, n: int, hashes: U64, table: U64, counts: I64) -> float:
    """Characters of the most frequent sequence of n words, times its frequency, divided by all; 0 where none repeats.

    Among equally frequent sequences the longest counts.
    """
    count = hash_runs(words, n, hashes)
    table[:] = 0
    best, most = 0, 1
    for i in range(count):
        slot = slot_of(table, hashes[i])
        counts[slot] = 1 if table[slot] == 0 else counts[slot] + 1
        table[slot] = hashes[i]
        most = max(most, counts[slot])
    if most == 1:
        return 0.0
    for i in range(count):
        if counts[slot_of(table, hashes[i])] == most:
            best = max(best, upto[i + n] - upto[i])
    return float(min(1.0, best * most / upto[-1]))


@compiled
def repeated_share(words: U64, upto: I64, n: int, hashes: U64, table: U64) -> float:
    """Share of the characters in sequences of n words that occurred before; each character counts once."""
    count = hash_runs(words, n, hashes)
    table[:] = 0
    covered, end = 0, 0
    for i in range(count):
        slot = slot_of(table, hashes[i])
        if table[slot]:
            covered += upto[i + n] - upto[max(i, end)]
            end = i + n
        table[slot] = hashes[i]
    return float(covered / upto[-1])


@compiled
def loop_at_end(words: U64, longest: int, least_times: int, least_words: int) -> bool:
    """Whether the text ends in repetitions of one phrase; the last word may be incomplete."""
    for cut in range(2):
        end = words.size - cut
        for period in range(1, min(longest, end // least_times) + 1):
            same = 0
            while same < end - period and words[end - 1 - same] == words[end - 1 - same - period]:
                same += 1
            if same + period >= max(least_words, least_times * period):
                return True
    return False


@compiled
def repetition_of(
    data: U8,
    starts: I64,
    ends: I64,
    kind: U8,
    fold: I32,
    longest: int,
    least_times: int,
    least_words: int,
    low: int,
    high: int,
    shares: F32,
    loops: U8,
    lengths: I64,
) -> None:
    """For texts low to high: writes its shares, whether it ends in a loop, and its words. Skips texts without words."""
    for t in range(low, high):
        count = measure(data, starts[t], ends[t], kind)[0]
        lengths[t] = count
        if count == 0:
            continue
        for by_paragraph in range(2):
            parts, again, characters, again_characters = repeated_parts(data, starts[t], ends[t], by_paragraph == 1)
            shares[t, by_paragraph] = again / max(parts, 1)
            shares[t, 2 + by_paragraph] = again_characters / max(characters, 1)
        words, first, last = np.empty(count, np.uint64), np.empty(count, np.int64), np.empty(count, np.int64)
        words_into(data, starts[t], ends[t], kind, fold, words, 0)
        extents_into(data, starts[t], ends[t], kind, first, last, False)
        upto = np.zeros(count + 1, np.int64)
        for i in range(count):
            upto[i + 1] = upto[i] + last[i] - first[i]
        hashes, table = np.empty(count, np.uint64), np.empty(room_for(count), np.uint64)
        counts = np.empty(table.size, np.int64)
        for n in range(2, 5):
            shares[t, 2 + n] = top_share(words, upto, n, hashes, table, counts)
        for n in range(5, 11):
            shares[t, 2 + n] = repeated_share(words, upto, n, hashes, table)
        loops[t] = loop_at_end(words, longest, least_times, least_words)
