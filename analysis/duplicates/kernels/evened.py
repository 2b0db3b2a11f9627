"""Hashes of texts, paragraphs or sentences without case, white space and punctuation."""

from __future__ import annotations

import unicodedata

import numpy as np

from analysis.duplicates.kernels.compiled import I32, I64, U8, U64, Flags, compiled
from analysis.duplicates.kernels.words import FNV_PRIME, FNV_START, GAP, HIDDEN, SPACELESS, TABLE, code_at, kind_of, mix

WHOLE, PARAGRAPHS, SENTENCES = 0, 1, 2
NEWLINE, ZERO = 10, 48
GOLDEN = 0x9E3779B97F4A7C15
SECOND = 0xD6E8FEB86659FD93
SENTENCE_ENDS, ENDS_ALONE = ".!?…", "。!?।؟"  # the first string: only before white space


def digits() -> Flags:
    """Which code points below TABLE are decimal digits."""
    return np.array([unicodedata.category(chr(code)) == "Nd" for code in range(TABLE)])


def sentence_ends() -> U8:
    """1 for a mark that ends a sentence before white space, 2 for one that ends it by itself."""
    ends = np.zeros(TABLE, np.uint8)
    for value, marks in ((1, SENTENCE_ENDS), (2, ENDS_ALONE)):
        for mark in marks:
            ends[ord(mark)] = value
    return ends


@compiled
def evened(
    data: U8,
    first: int,
    end: int,
    kind: U8,
    fold: I32,
    is_digit: Flags,
    sentence_end: U8,
    level: int,
    zero: bool,
    any_order: bool,
    a: U64,
    b: U64,
    words: I64,
    position: int,
) -> int:
    """Writes two hashes and the number of words of each part of a text that has a word, from `position` on; returns
    the end.

    `zero` replaces every digit by 0. With `any_order` the order of the lines of a part does not count.
    """
    part_a, part_b, part_words = np.uint64(0), np.uint64(0), 0
    line_a, line_b, line_words = np.uint64(0), np.uint64(0), 0
    word, inside = np.uint64(FNV_START), False
    is_blank, ended = True, 0
    i = first
    while i <= end:
        code, width = (NEWLINE, 1) if i == end else code_at(data, i)
        k = kind_of(code, kind)
        if k == HIDDEN:
            i += width
            continue
        if inside and (k == GAP or k == SPACELESS):
            line_a = (line_a * np.uint64(GOLDEN)) + mix(word)
            line_b = (line_b ^ mix(word)) * np.uint64(SECOND)
            line_words += 1
            word, inside = np.uint64(FNV_START), False
        is_over = i == end
        if k == GAP:
            mark = sentence_end[code] if code < TABLE else 0
            is_space = code <= 32 or code == 0x3000 or code == 0xA0
            if level == SENTENCES:
                is_over = is_over or mark == 2 or code == NEWLINE or (ended == 1 and is_space)
                if mark:
                    ended = mark
                elif is_space:
                    ended = 0
            elif level == PARAGRAPHS and code == NEWLINE:
                is_over = is_over or is_blank
            if code == NEWLINE:
                is_blank = True
            elif not is_space:
                is_blank = False
            if (code == NEWLINE and any_order) or is_over:
                if line_words:
                    if any_order:
                        part_a += mix(line_a)
                        part_b += mix(line_b)
                    else:
                        part_a, part_b = line_a, line_b
                    part_words += line_words
                    line_words = 0
                    line_a, line_b = np.uint64(0), np.uint64(0)
        else:
            is_blank, ended = False, 0
            c = fold[code] if code < TABLE else code
            if zero and code < TABLE and is_digit[code]:
                c = ZERO
            word = (word ^ np.uint64(c)) * np.uint64(FNV_PRIME)
            inside = True
            if k == SPACELESS:
                line_a = (line_a * np.uint64(GOLDEN)) + mix(word)
                line_b = (line_b ^ mix(word)) * np.uint64(SECOND)
                line_words += 1
                word, inside = np.uint64(FNV_START), False
        if is_over and part_words:
            a[position], b[position], words[position] = mix(part_a), mix(part_b), part_words
            position += 1
            part_a, part_b, part_words = np.uint64(0), np.uint64(0), 0
        i += width
    return position


@compiled
def evened_texts(
    data: U8,
    starts: I64,
    ends: I64,
    kind: U8,
    fold: I32,
    is_digit: Flags,
    sentence_end: U8,
    level: int,
    zero: bool,
    any_order: bool,
    place: I64,
    a: U64,
    b: U64,
    words: I64,
    low: int,
    high: int,
    parts: I64,
) -> None:
    """As `evened` for texts low to high, each from place[t] on; parts[t] is the number of its parts."""
    for t in range(low, high):
        stop = evened(
            data, starts[t], ends[t], kind, fold, is_digit, sentence_end, level, zero, any_order, a, b, words, place[t]
        )
        parts[t] = stop - place[t]


@compiled
def most_parts(data: U8, starts: I64, ends: I64, level: int, low: int, high: int, parts: I64) -> None:
    """An upper bound of the number of parts of each text."""
    for t in range(low, high):
        count = 1
        if level != WHOLE:
            for i in range(starts[t], ends[t]):
                c = data[i]
                count += c == NEWLINE or (level == SENTENCES and (c == 46 or c == 33 or c == 63 or c >= 0xC2))
        parts[t] = count
