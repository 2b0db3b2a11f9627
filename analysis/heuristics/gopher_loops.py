"""The compiled loops of Gopher's rules: the lines of a text, and what it repeats of itself."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import F64, I32, I64, U8, U64, compiled
from analysis.duplicates.kernels.repeats import hash_runs, room_for, slot_of
from analysis.duplicates.kernels.words import FNV_PRIME, FNV_START, code_at, mix
from analysis.heuristics.word_loops import WHITE, is_white

LINE_END, HASH, POINT, HYPHEN = 10, 35, 46, 45
RETURN, ELLIPSIS, BULLET = 13, 0x2026, 0x2022
NO_CODE = -1


@compiled
def is_line_end(code: int) -> bool:
    """Whether Python's `splitlines` ends a line at the character."""
    return 10 <= code <= 13 or 28 <= code <= 30 or code in (0x85, 0x2028, 0x2029)


@compiled
def line_counts(data: U8, first: int, end: int) -> tuple[int, int, int, int, int, int]:
    """Counts of a text: characters, "#", "..." or "…", lines, those with a bullet, those that end with "..." or "…".

    Lines are those of Python's `splitlines`; white space at their ends does not count.
    """
    characters, hashes, ellipses, lines, bullets, open_ended = 0, 0, 0, 0, 0, 0
    points, run, tail, begun, last, before, is_open = 0, 0, 0, NO_CODE, NO_CODE, NO_CODE, False
    i = first
    while i < end:
        code, width = code_at(data, i)
        i += width
        characters += 1
        hashes += code == HASH
        points = points + 1 if code == POINT else 0
        run = run + 1 if code == POINT else 0
        if code == ELLIPSIS or points == 3:
            ellipses += 1
            points = 0
        is_second = code == LINE_END and before == RETURN
        before = code
        if is_second:
            continue
        if is_line_end(code):
            lines += 1
            bullets += begun in (BULLET, HYPHEN)
            open_ended += last == ELLIPSIS or tail >= 3
            tail, begun, last, is_open = 0, NO_CODE, NO_CODE, False
            continue
        is_open = True
        if not is_white(code):
            begun = code if begun == NO_CODE else begun
            tail, last = run, code
    if is_open:
        lines += 1
        bullets += begun in (BULLET, HYPHEN)
        open_ended += last == ELLIPSIS or tail >= 3
    return characters, hashes, ellipses, lines, bullets, open_ended


@compiled
def repeated_elements(data: U8, first: int, end: int, least: int) -> tuple[int, int, int]:
    """Elements of a text between runs of `least` line ends or more: all, those that occurred before, their characters.

    What is before the first and behind the last line end is an element, even where it is empty.
    """
    room = 2
    for i in range(first, end):
        room += data[i] == LINE_END
    table = np.zeros(room_for(room), np.uint64)
    elements, again, again_characters = 0, 0, 0
    h, size = np.uint64(FNV_START), 0
    i = first
    while True:
        stop = i
        while stop < end and data[stop] == LINE_END:
            stop += 1
        if i < end and stop - i < least:
            for p in range(i, max(stop, i + 1)):
                h = (h ^ np.uint64(data[p])) * np.uint64(FNV_PRIME)
                size += (data[p] & 0xC0) != 0x80
            i = max(stop, i + 1)
            continue
        h = mix(h) | np.uint64(1)
        slot = slot_of(table, h)
        elements += 1
        if table[slot]:
            again += 1
            again_characters += size
        table[slot] = h
        h, size = np.uint64(FNV_START), 0
        if i >= end:
            return elements, again, again_characters
        i = stop


@compiled
def top_characters(words: U64, upto: I64, n: int, hashes: U64, table: U64, counts: I64) -> int:
    """Characters of the most frequent sequence of n words, with a blank between words, times its frequency.

    Among equally frequent sequences that which begins first counts; 0 where there are fewer words.
    """
    count = hash_runs(words, n, hashes)
    table[:] = 0
    most, best = 0, 0
    for i in range(count):
        slot = slot_of(table, hashes[i])
        counts[slot] = 1 if table[slot] == 0 else counts[slot] + 1
        table[slot] = hashes[i]
        most = max(most, counts[slot])
    for i in range(count):
        if counts[slot_of(table, hashes[i])] == most:
            best = upto[i + n] - upto[i] + n - 1
            break
    return best * most


@compiled
def repeated_characters(words: U64, powers: U64, upto: I64, n: int, table: U64) -> int:
    """Characters in sequences of n words that occurred before; behind such a sequence the next one begins after it.

    Sequences are the same where their words, written together, are the same characters.
    """
    table[:] = 0
    total, i = 0, 0
    while i < words.size - n + 1:
        h = np.uint64(0)
        for q in range(n):
            h = h * powers[i + q] + words[i + q]
        h = mix(h) | np.uint64(1)
        slot = slot_of(table, h)
        if table[slot]:
            total += upto[i + n] - upto[i]
            i += n
        else:
            table[slot] = h
            i += 1
    return total


@compiled
def trimmed(data: U8, first: int, end: int) -> tuple[int, int]:
    """Where a text begins and ends without the white space around it."""
    while first < end:
        code, width = code_at(data, first)
        if not is_white(code):
            break
        first += width
    while end > first:
        last = end - 1
        while data[last] & 0xC0 == 0x80:
            last -= 1
        if not is_white(code_at(data, last)[0]):
            break
        end = last
    return first, end


@compiled
def shares_of(
    data: U8,
    starts: I64,
    ends: I64,
    place: I64,
    numbers: I32,
    first_word: I64,
    hashes: U64,
    powers: U64,
    sizes: I64,
    low: int,
    high: int,
    counted: I64,
    shares: F64,
) -> None:
    """For texts low to high: the counts of `line_counts`, and the 13 shares of Gopher's table of repetition."""
    for t in range(low, high):
        first, end = starts[t], ends[t]
        counted[t] = np.array(line_counts(data, first, end))
        characters = counted[t, 0]
        if characters == 0:
            continue
        elements, again, again_characters = repeated_elements(data, first, end, 1)
        shares[t, 0], shares[t, 2] = again / elements, again_characters / characters
        begin, stop = trimmed(data, first, end)
        elements, again, again_characters = repeated_elements(data, begin, stop, 2)
        shares[t, 1], shares[t, 3] = again / elements, again_characters / characters
        count = 0
        for i in range(place[t], place[t + 1]):
            if numbers[i] != WHITE:
                count += first_word[numbers[i] + 1] - first_word[numbers[i]]
        words, moves, upto = np.empty(count, np.uint64), np.empty(count, np.uint64), np.zeros(count + 1, np.int64)
        n = 0
        for i in range(place[t], place[t + 1]):
            if numbers[i] != WHITE:
                for w in range(first_word[numbers[i]], first_word[numbers[i] + 1]):
                    words[n], moves[n], upto[n + 1] = hashes[w], powers[w], upto[n] + sizes[w]
                    n += 1
        runs, table = np.empty(count, np.uint64), np.empty(room_for(count), np.uint64)
        counts = np.empty(table.size, np.int64)
        for n in range(2, 5):
            shares[t, 2 + n] = top_characters(words, upto, n, runs, table, counts) / characters
        for n in range(5, 11):
            shares[t, 2 + n] = repeated_characters(words, moves, upto, n, table) / characters
