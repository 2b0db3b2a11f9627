"""The compiled loops that look for an earlier text with which a text has most of its words, in order, in common."""

from __future__ import annotations

import numpy as np

from analysis.duplicates.kernels.compiled import F32, I64, U8, U32, U64, compiled
from analysis.duplicates.kernels.repeats import room_for, slot_of
from analysis.duplicates.kernels.words import measure, mix

BASE = 0x9E3779B97F4A7C15
TENTHS = 7  # ROUGE-L of 0.7: 2 * common / (words of both) >= 7 / 10
NONE = -1


@compiled
def ones(x: np.uint64) -> int:
    """How many bits are set."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def word_counts(data: U8, starts: I64, ends: I64, kind: U8, counts: I64) -> None:
    """Writes the number of words of each text."""
    for t in range(counts.size):
        counts[t] = measure(data, starts[t], ends[t], kind)[0]


@compiled
def sequence_hashes(words: U64, place: I64, n: int, to: I64, hashes: U64, signs: U64, whole: U64) -> None:
    """Of each text: the hashes of its sequences of n words from to[t] on, 64 bits of its words, and a hash of all."""
    for t in range(signs.size):
        sign, all_words = np.uint64(0), np.uint64(1)
        for i in range(place[t], place[t + 1]):
            sign |= np.uint64(1) << (words[i] & np.uint64(63))
            all_words = mix(all_words * np.uint64(BASE) + words[i])
        signs[t], whole[t] = sign, all_words
        for k in range(to[t + 1] - to[t]):
            h = np.uint64(n)
            for q in range(n):
                h = h * np.uint64(BASE) + words[place[t] + k + q]
            hashes[to[t] + k] = mix(h)


@compiled
def reaches(common: int, a: int, b: int) -> bool:
    """Whether `common` words in order, of a and b, are a ROUGE-L of 0.7 or more."""
    return 20 * common >= TENTHS * (a + b)


@compiled
def positions_of(words: U64, table: U64, slots: I64, masks: U64) -> None:
    """masks[k]: bits of the places of the k-th different word; slots[s]: the k of the word in slot s of the table."""
    table[:] = 0
    masks[:] = 0
    different = 0
    for i in range(words.size):
        word = words[i] | np.uint64(1)
        slot = slot_of(table, word)
        if table[slot] == 0:
            table[slot] = word
            slots[slot] = different
            different += 1
        masks[slots[slot], i >> 6] |= np.uint64(1) << np.uint64(i & 63)


@compiled
def common_words(size: int, table: U64, slots: I64, masks: U64, other: U64, state: U64) -> int:
    """Length of the longest common subsequence of a text, by `positions_of`, and another (Hyyrö 2004)."""
    state[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
    for i in range(other.size):
        word = other[i] | np.uint64(1)
        slot = slot_of(table, word)
        if table[slot] == 0:
            continue
        row = masks[slots[slot]]
        carry = np.uint64(0)
        for b in range(state.size):
            before = state[b]
            matched = before & row[b]
            added = before + matched
            overflow = added < before
            total = added + carry
            overflow = overflow or total < added
            carry = np.uint64(1) if overflow else np.uint64(0)
            state[b] = total | (before - matched)
    common = 0
    for b in range(state.size):
        open_bits = ~state[b]
        beyond = (b + 1) * 64 - size
        if beyond > 0:
            open_bits &= np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(beyond)
        common += ones(open_bits)
    return common


@compiled
def similar_earlier(
    words: U64,
    place: I64,
    signs: U64,
    to: I64,
    group_of: I64,
    rank_of: I64,
    first_of: I64,
    texts: U32,
    effort: int,
    low: int,
    high: int,
    like: I64,
    rouge: F32,
    passed: I64,
) -> None:
    """For texts low to high: the first earlier text with a ROUGE-L of 0.7 or more, and that number.

    Sequence k of all texts is entry rank_of[k] of group_of[k], whose entries are `texts` from first_of on. Rare
    sequences come first. An entry costs 1, a comparison as the other text has words (times the 64s of this one);
    passed[t]: entries that were not looked at because `effort` was used up.
    """
    seen = np.full(place.size, NONE, np.int64)
    for t in range(low, high):
        size = place[t + 1] - place[t]
        ranks = rank_of[to[t] : to[t + 1]]
        if ranks.size == 0 or ranks.max() == 0:
            continue
        blocks = (size + 63) // 64
        table, slots = np.empty(room_for(size), np.uint64), np.empty(room_for(size), np.int64)
        masks, state = np.empty((size, blocks), np.uint64), np.empty(blocks, np.uint64)
        is_ready, left = False, effort
        for k in np.argsort(ranks):
            first = first_of[group_of[to[t] + k]]
            for e in range(first, first + ranks[k]):
                c = np.int64(texts[e])
                if seen[c] == t or c == t:
                    continue
                other = place[c + 1] - place[c]
                if left < 1:
                    passed[t] += 1
                    continue
                left -= 1
                seen[c] = t
                if not reaches(min(size - ones(signs[t] & ~signs[c]), other - ones(signs[c] & ~signs[t])), size, other):
                    continue
                if left < other * blocks:
                    passed[t] += 1
                    continue
                left -= other * blocks
                if not is_ready:
                    positions_of(words[place[t] : place[t + 1]], table, slots, masks)
                    is_ready = True
                common = common_words(size, table, slots, masks, words[place[c] : place[c + 1]], state)
                if reaches(common, size, other):
                    like[t], rouge[t] = c, 2 * common / (size + other)
                    break
            if like[t] != NONE:
                passed[t] = 0
                break
