"""The compiled loops over the pieces of texts between white space, their words and their sentences."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import I32, I64, U8, U64, compiled
from analysis.duplicates.kernels.repeats import room_for, slot_of
from analysis.duplicates.kernels.words import FNV_PRIME, FNV_START, code_at, mix

WHITE = 0  # the number of the piece that is white space and a word of its own to spaCy
SPACE = 32
OTHER, MARK, SENTENCE_END = 0, 1, 2
BASE = 0x9E3779B97F4A7C15


@compiled
def is_white(code: int) -> bool:
    """Whether Python counts the character as white space."""
    return (
        9 <= code <= 13
        or 28 <= code <= 32
        or code in (0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
        or 0x2000 <= code <= 0x200A
    )


@compiled
def room_for_pieces(data: U8, starts: I64, ends: I64) -> int:
    """No less than the number of pieces of all texts, white space counted."""
    pieces = 0
    for t in range(starts.size):
        pieces += 1
        before = True
        for i in range(starts[t], ends[t]):
            white = data[i] >= 0x80 or is_white(data[i])
            pieces += white + (before and not white)
            before = white
    return pieces


@compiled
def pieces_into(data: U8, starts: I64, ends: I64, place: I64, hashes: U64, begin: I64, finish: I64) -> int:
    """Writes hash, first byte and end of each piece, those of text t from place[t] on; returns their number.

    A piece is a run of characters that are not white space. White space is a piece with the hash WHITE where it is more
    than one blank after a piece.
    """
    n = 0
    for t in range(starts.size):
        place[t] = n
        i = starts[t]
        while i < ends[t]:
            code, width = code_at(data, i)
            first = i
            if is_white(code):
                blanks = 0
                while i < ends[t] and is_white(code):
                    i += width
                    blanks += 1
                    if i < ends[t]:
                        code, width = code_at(data, i)
                if blanks == 1 and data[first] == SPACE and first > starts[t]:
                    continue
                hashes[n] = WHITE
            else:
                h = np.uint64(FNV_START)
                while i < ends[t] and not is_white(code):
                    h = (h ^ np.uint64(code)) * np.uint64(FNV_PRIME)
                    i += width
                    if i < ends[t]:
                        code, width = code_at(data, i)
                hashes[n] = mix(h) | np.uint64(1)
            begin[n], finish[n] = first, i
            n += 1
    place[starts.size] = n
    return n


@compiled
def number_pieces(hashes: U64, numbers: I32, first_place: I64) -> int:
    """Numbers the different pieces from 1 on, white space WHITE; first_place[k]: where piece k is first."""
    table, of_slot = np.zeros(room_for(hashes.size), np.uint64), np.zeros(room_for(hashes.size), np.int32)
    different = 1
    for i in range(hashes.size):
        if hashes[i] == WHITE:
            numbers[i] = WHITE
            continue
        slot = slot_of(table, hashes[i])
        if table[slot] == 0:
            table[slot] = hashes[i]
            of_slot[slot] = different
            first_place[different] = i
            different += 1
        numbers[i] = of_slot[slot]
    return different


@compiled
def word_hashes(codes: I64, starts: I64, ends: I64, hashes: U64, powers: U64) -> None:
    """Of each word the hash of its characters, and the factor by which it moves what is before it: the hash of two
    words written together is hash * power of the second + hash of the second."""
    for w in range(starts.size):
        h, power = np.uint64(0), np.uint64(1)
        for i in range(starts[w], ends[w]):
            h = h * np.uint64(BASE) + mix(np.uint64(codes[i] + 1))
            power *= np.uint64(BASE)
        hashes[w], powers[w] = h, power


@compiled
def sentences_of(numbers: I32, place: I64, first_word: I64, kinds: U8, sentences: I64) -> None:
    """Writes the number of sentences of each text, by the kinds of its words; 0 where it has no word.

    A sentence ends after a SENTENCE_END and the MARKs behind it; white space is a word here.
    """
    for t in range(sentences.size):
        count, ended = 0, False
        for i in range(place[t], place[t + 1]):
            for w in range(first_word[numbers[i]], first_word[numbers[i] + 1]):
                if count == 0:
                    count = 1
                if kinds[w] == SENTENCE_END:
                    ended = True
                elif ended and kinds[w] == OTHER:
                    count += 1
                    ended = False
        sentences[t] = count
