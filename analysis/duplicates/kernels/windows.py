"""Windows of n words: which stand in several rows, and the passages that they join into."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import I32, I64, U8, U32, U64, Flags, compiled
from analysis.duplicates.kernels.words import extents_into, mix, words_into

BASE = 0x9E3779B97F4A7C15  # odd, so that no word loses weight in the polynomial
OPEN, MANY = -3, -2  # no neighbour seen yet; several different ones
NONE = -1


@compiled
def words_of_texts(
    data: U8, starts: I64, ends: I64, kind: U8, fold: I32, low: int, high: int, place: I64, out: U64
) -> None:
    """The word hashes of texts low to high, from out[place[t]] on."""
    for t in range(low, high):
        words_into(data, starts[t], ends[t], kind, fold, out, place[t])


@compiled
def power_of(n: int) -> np.uint64:
    """BASE to the n, modulo 2^64: the weight of the word that leaves a window of n words."""
    power = np.uint64(1)
    for _ in range(n):
        power *= np.uint64(BASE)
    return power


@compiled
def mark_windows(words: U64, place: I64, n: int, once: U64, twice: U64) -> None:
    """Sets a window's bit in `once`, and in `twice` where it was set: a sieve that repeated windows pass."""
    mask = np.uint64(once.size * 64 - 1)
    power = power_of(n)
    for t in range(place.size - 1):
        h = np.uint64(0)
        for i in range(place[t], place[t + 1]):
            h = h * np.uint64(BASE) + words[i]
            if i - place[t] >= n:
                h -= words[i - n] * power
            if i - place[t] >= n - 1:
                slot = mix(h) & mask
                bit = np.uint64(1) << (slot & np.uint64(63))
                if once[slot >> np.uint64(6)] & bit:
                    twice[slot >> np.uint64(6)] |= bit
                else:
                    once[slot >> np.uint64(6)] |= bit


@compiled
def sieved_windows(words: U64, place: I64, n: int, twice: U64, at: I64, text: U32, hashes: U64, write: bool) -> int:
    """First word, text and hash of each window whose bit is in `twice`; counts them, and writes them where asked."""
    mask = np.uint64(twice.size * 64 - 1)
    power = power_of(n)
    found = 0
    for t in range(place.size - 1):
        h = np.uint64(0)
        for i in range(place[t], place[t + 1]):
            h = h * np.uint64(BASE) + words[i]
            if i - place[t] >= n:
                h -= words[i - n] * power
            if i - place[t] >= n - 1:
                scattered = mix(h)
                slot = scattered & mask
                if twice[slot >> np.uint64(6)] & (np.uint64(1) << (slot & np.uint64(63))):
                    if write:
                        at[found], text[found], hashes[found] = i - n + 1, t, scattered
                    found += 1
    return found


@compiled
def same_windows(
    words: U64, n: int, at: I64, text: U32, row: U32, hashes: U64, order: I64, known: I64, rows: I64
) -> int:
    """known[w]: the number of window w's passage of n words, -1 where no other row has it; rows[k]: rows that have k.

    Windows of one hash are compared word by word with the first of them. Returns the number of passages.
    """
    passages = 0
    i = 0
    while i < order.size:
        j = i + 1
        while j < order.size and hashes[order[j]] == hashes[order[i]]:
            j += 1
        first = at[order[i]]
        seen, last = 0, np.int64(-1)
        for k in range(i, j):
            w = order[k]
            same = True
            for q in range(n):
                if words[at[w] + q] != words[first + q]:
                    same = False
                    break
            known[w] = passages if same else NONE
            if same and np.int64(row[text[w]]) != last:
                last = np.int64(row[text[w]])
                seen += 1
        if seen > 1:
            rows[passages] = seen
            passages += 1
        else:
            for k in range(i, j):
                known[order[k]] = NONE
        i = j
    return passages


@compiled
def follows(at: I64, text: U32, known: I64, w: int) -> bool:
    """Whether window w begins one word after window w - 1, and both are shared."""
    return 0 < w < at.size and text[w] == text[w - 1] and at[w] == at[w - 1] + 1 and known[w] >= 0 and known[w - 1] >= 0


@compiled
def neighbours_of(at: I64, text: U32, known: I64, before: I64, after: I64) -> None:
    """What comes before and after each passage wherever it stands; NONE where nothing does, MANY where they differ."""
    before[:] = OPEN
    after[:] = OPEN
    for w in range(at.size):
        k = known[w]
        if k < 0:
            continue
        b = known[w - 1] if follows(at, text, known, w) else NONE
        a = known[w + 1] if follows(at, text, known, w + 1) else NONE
        before[k] = b if before[k] == OPEN or before[k] == b else MANY
        after[k] = a if after[k] == OPEN or after[k] == a else MANY


@compiled
def join_windows(
    at: I64,
    text: U32,
    known: I64,
    before: I64,
    after: I64,
    n: int,
    span_text: U32,
    span_from: I64,
    span_to: I64,
    span: I64,
) -> int:
    """Runs of windows that stand in the same rows as one span each: its text, first word, end, and first window.

    Occurrences of one span that overlap, as in a loop of a few words, are one. Returns the number of spans.
    """
    found = 0
    for w in range(at.size):
        k = known[w]
        if k < 0:
            continue
        linked = follows(at, text, known, w) and after[known[w - 1]] == k and before[k] == known[w - 1]
        if linked and known[w - 1] != k:
            span_to[found - 1] = at[w] + n
        elif found and span[found - 1] == k and span_text[found - 1] == text[w] and at[w] < span_to[found - 1]:
            span_to[found - 1] = at[w] + n
        else:
            span_text[found], span_from[found], span_to[found], span[found] = text[w], at[w], at[w] + n, k
            found += 1
    return found


@compiled
def cover(at: I64, known: I64, n: int, covered: Flags) -> None:
    """Marks every word of a window that stands in several rows."""
    end = np.int64(0)
    for w in range(at.size):
        if known[w] >= 0:
            for i in range(max(end, at[w]), at[w] + n):
                covered[i] = True
            end = at[w] + n


@compiled
def heads_and_tails(
    at: I64, text: U32, known: I64, rows: I64, many: int, n: int, place: I64, head: I64, tail: I64
) -> None:
    """Words at the beginning and the end of each text that lie in a run of windows of which each is in `many` rows."""
    for w in range(at.size):
        t = text[w]
        if (
            known[w] >= 0
            and rows[known[w]] >= many
            and (at[w] == place[t] or (head[t] and at[w] == place[t] + head[t] - n + 1))
        ):
            head[t] = at[w] + n - place[t]
    for w in range(at.size - 1, -1, -1):
        t = text[w]
        if (
            known[w] >= 0
            and rows[known[w]] >= many
            and (at[w] + n == place[t + 1] or (tail[t] and at[w] == place[t + 1] - tail[t] - 1))
        ):
            tail[t] = place[t + 1] - at[w]


@compiled
def extents_of_spans(
    data: U8,
    starts: I64,
    ends: I64,
    kind: U8,
    place: I64,
    text: U32,
    word_from: I64,
    word_to: I64,
    in_bytes: bool,
    low: int,
    high: int,
    begin: I64,
    end: I64,
) -> None:
    """For spans low to high, in the order of their texts: where they begin and end, in code points or bytes."""
    room = 0
    for s in range(low, high):
        room = max(room, place[text[s] + 1] - place[text[s]])
    first, last = np.empty(room, np.int64), np.empty(room, np.int64)
    for s in range(low, high):
        t = text[s]
        if s == low or t != text[s - 1]:
            extents_into(data, starts[t], ends[t], kind, first, last, in_bytes)
        begin[s] = first[word_from[s] - place[t]]
        end[s] = last[word_to[s] - 1 - place[t]]
