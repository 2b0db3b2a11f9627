"""Windows of n words: which are in several rows, and the passages that they form."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import I32, I64, U8, U32, U64, Flags, compiled
from analysis.duplicates.kernels.words import extents_into, mix, words_into

BASE = 0x9E3779B97F4A7C15  # odd, so that every word of the window changes the hash
OPEN, MANY = -3, -2  # no neighbour seen yet; several different neighbours
NONE = -1


@compiled
def words_of_texts(
    data: U8, starts: I64, ends: I64, kind: U8, fold: I32, low: int, high: int, place: I64, out: U64
) -> None:
    """Writes the word hashes of texts low to high, each from out[place[t]] on."""
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
    """Sets the bit of each window in `once`; in `twice` if it was set, so that repeated windows have a bit there."""
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
def sieved_windows(
    words: U64, place: I64, n: int, twice: U64, first_word: I64, text: U32, hashes: U64, write: bool
) -> int:
    """Counts the windows whose bit is in `twice`; with `write`, writes first word, text and hash of each."""
    mask = np.uint64(twice.size * 64 - 1)
    power = power_of(n)
    count = 0
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
                        first_word[count], text[count], hashes[count] = i - n + 1, t, scattered
                    count += 1
    return count


@compiled
def same_windows(
    words: U64, n: int, first_word: I64, text: U32, row: U32, hashes: U64, order: I64, passage_of: I64, rows: I64
) -> int:
    """passage_of[w]: the number of the passage in window w, -1 where no other row has it; rows[k]: rows with passage k.

    Windows of one hash are compared word by word with the first of them. Returns the number of passages.
    """
    passages = 0
    i = 0
    while i < order.size:
        j = i + 1
        while j < order.size and hashes[order[j]] == hashes[order[i]]:
            j += 1
        first = first_word[order[i]]
        seen, last = 0, np.int64(-1)
        for k in range(i, j):
            w = order[k]
            same = True
            for q in range(n):
                if words[first_word[w] + q] != words[first + q]:
                    same = False
                    break
            passage_of[w] = passages if same else NONE
            if same and np.int64(row[text[w]]) != last:
                last = np.int64(row[text[w]])
                seen += 1
        if seen > 1:
            rows[passages] = seen
            passages += 1
        else:
            for k in range(i, j):
                passage_of[order[k]] = NONE
        i = j
    return passages


@compiled
def follows(first_word: I64, text: U32, passage_of: I64, w: int) -> bool:
    """Whether window w begins one word after window w - 1, and both are shared."""
    return (
        0 < w < first_word.size
        and text[w] == text[w - 1]
        and first_word[w] == first_word[w - 1] + 1
        and passage_of[w] >= 0
        and passage_of[w - 1] >= 0
    )


@compiled
def neighbours_of(first_word: I64, text: U32, passage_of: I64, before: I64, after: I64) -> None:
    """The passages before and after each passage; NONE where there is none, MANY where occurrences differ."""
    before[:] = OPEN
    after[:] = OPEN
    for w in range(first_word.size):
        k = passage_of[w]
        if k < 0:
            continue
        b = passage_of[w - 1] if follows(first_word, text, passage_of, w) else NONE
        a = passage_of[w + 1] if follows(first_word, text, passage_of, w + 1) else NONE
        before[k] = b if before[k] == OPEN or before[k] == b else MANY
        after[k] = a if after[k] == OPEN or after[k] == a else MANY


@compiled
def join_windows(
    first_word: I64,
    text: U32,
    passage_of: I64,
    before: I64,
    after: I64,
    n: int,
    span_text: U32,
    span_from: I64,
    span_to: I64,
    span: I64,
) -> int:
    """Joins consecutive windows of the same rows to spans: text, first word, end, and passage of the first window.

    Overlapping occurrences of one span, as in a loop of a few words, are one span. Returns the number of spans.
    """
    count = 0
    for w in range(first_word.size):
        k = passage_of[w]
        if k < 0:
            continue
        linked = (
            follows(first_word, text, passage_of, w)
            and after[passage_of[w - 1]] == k
            and before[k] == passage_of[w - 1]
        )
        if linked and passage_of[w - 1] != k:
            span_to[count - 1] = first_word[w] + n
        elif count and span[count - 1] == k and span_text[count - 1] == text[w] and first_word[w] < span_to[count - 1]:
            span_to[count - 1] = first_word[w] + n
        else:
            span_text[count], span_from[count], span_to[count], span[count] = (
                text[w],
                first_word[w],
                first_word[w] + n,
                k,
            )
            count += 1
    return count


@compiled
def cover(first_word: I64, passage_of: I64, n: int, covered: Flags) -> None:
    """Marks every word of the windows that are in several rows."""
    end = np.int64(0)
    for w in range(first_word.size):
        if passage_of[w] >= 0:
            for i in range(max(end, first_word[w]), first_word[w] + n):
                covered[i] = True
            end = first_word[w] + n


@compiled
def heads_and_tails(
    first_word: I64, text: U32, passage_of: I64, rows: I64, many: int, n: int, place: I64, head: I64, tail: I64
) -> None:
    """Writes how many words at the beginning and end of each text are in windows that `many` rows or more have."""
    for w in range(first_word.size):
        t = text[w]
        if (
            passage_of[w] >= 0
            and rows[passage_of[w]] >= many
            and (first_word[w] == place[t] or (head[t] and first_word[w] == place[t] + head[t] - n + 1))
        ):
            head[t] = first_word[w] + n - place[t]
    for w in range(first_word.size - 1, -1, -1):
        t = text[w]
        if (
            passage_of[w] >= 0
            and rows[passage_of[w]] >= many
            and (first_word[w] + n == place[t + 1] or (tail[t] and first_word[w] == place[t + 1] - tail[t] - 1))
        ):
            tail[t] = place[t + 1] - first_word[w]


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
    """For spans low to high, in the order of their texts: writes begin and end, in code points or bytes."""
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
