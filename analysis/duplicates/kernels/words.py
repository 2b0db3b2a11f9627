"""The words of a text: sequences of letters and digits, read from UTF-8 without a copy per text.

Marks belong to the letter before them; case is folded; invisible characters (joiners, soft hyphens, variation
selectors) are skipped. In scripts written without spaces each character is a word.
"""

from __future__ import annotations

import functools
import unicodedata

import numpy as np

from analysis.duplicates.kernels.compiled import I32, I64, U8, U64, compiled

GAP, WORD, SPACELESS, HIDDEN = 0, 1, 2, 3
TABLE = 0x20000  # the only letters of living scripts above it are rare Han characters
RARE_HAN_END = 0x323B0
WITHOUT_SPACES = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x1950, 0x19DF),
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
)
"""Thai and Lao, Myanmar, Khmer, Tai Lue, kana, Han: first and last code point."""
FNV_START, FNV_PRIME = 14695981039346656037, 1099511628211
BLANK = 32


@functools.cache
def tables() -> tuple[U8, I32]:
    """The class and the folded form of each code point below TABLE."""
    kind, fold = np.zeros(TABLE, np.uint8), np.arange(TABLE, dtype=np.int32)
    for code in range(TABLE):
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Cf" or 0xFE00 <= code <= 0xFE0F:
            kind[code] = HIDDEN
        elif category[0] in "LMN":
            kind[code] = WORD
        folded = next((f for f in (character.casefold(), character.lower()) if len(f) == 1), character)
        fold[code] = ord(folded) if ord(folded) < TABLE else code
    for first, last in WITHOUT_SPACES:
        part = kind[first : last + 1]
        part[part == WORD] = SPACELESS
    return kind, fold


@compiled
def mix(x: np.uint64) -> np.uint64:
    """A hash of a 64-bit value (the finaliser of MurmurHash3)."""
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xFF51AFD7ED558CCD)
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))


@compiled
def code_at(data: U8, i: int) -> tuple[int, int]:
    """The code point that begins at byte i of valid UTF-8, and the number of its bytes."""
    b = int(data[i])
    if b < 0x80:
        return b, 1
    if b < 0xE0:
        return (b & 0x1F) << 6 | int(data[i + 1] & 0x3F), 2
    if b < 0xF0:
        return (b & 0x0F) << 12 | int(data[i + 1] & 0x3F) << 6 | int(data[i + 2] & 0x3F), 3
    high = (b & 0x07) << 18 | int(data[i + 1] & 0x3F) << 12
    return high | int(data[i + 2] & 0x3F) << 6 | int(data[i + 3] & 0x3F), 4


@compiled
def kind_of(code: int, kind: U8) -> int:
    """GAP, WORD, SPACELESS or HIDDEN."""
    if code < TABLE:
        return int(kind[code])
    return SPACELESS if code < RARE_HAN_END else GAP


@compiled
def measure(data: U8, first: int, end: int, kind: U8) -> tuple[int, int, int, int]:
    """Counts of a text: words; letters and digits; those of scripts without spaces; gaps between words."""
    words, letters, spaceless, gaps = 0, 0, 0, 0
    inside, gap = False, False
    i = first
    while i < end:
        code, width = code_at(data, i)
        i += width
        k = kind_of(code, kind)
        if k == HIDDEN:
            continue
        if k == GAP:
            inside, gap = False, True
            continue
        if gap and letters:
            gaps += 1
        gap = False
        letters += 1
        if k == SPACELESS:
            spaceless += 1
            words += 1
            inside = False
        else:
            words += not inside
            inside = True
    return words, letters, spaceless, gaps


@compiled
def words_into(data: U8, first: int, end: int, kind: U8, fold: I32, out: U64, position: int) -> int:
    """Writes the hash of each word from out[position] on; returns the end."""
    h, inside = np.uint64(FNV_START), False
    i = first
    while i < end:
        code, width = code_at(data, i)
        i += width
        k = kind_of(code, kind)
        if k == HIDDEN:
            continue
        if inside and k != WORD:
            out[position] = mix(h)
            position += 1
            inside = False
            h = np.uint64(FNV_START)
        if k == GAP:
            continue
        c = fold[code] if code < TABLE else code
        h = (h ^ np.uint64(c)) * np.uint64(FNV_PRIME)
        if k == SPACELESS:
            out[position] = mix(h)
            position += 1
            h = np.uint64(FNV_START)
        else:
            inside = True
    if inside:
        out[position] = mix(h)
        position += 1
    return position


@compiled
def characters_into(data: U8, first: int, end: int, kind: U8, fold: I32, out: U64, position: int) -> int:
    """As `words_into`, but for each letter and digit, and one blank between words."""
    start, gap = position, False
    i = first
    while i < end:
        code, width = code_at(data, i)
        i += width
        k = kind_of(code, kind)
        if k == HIDDEN:
            continue
        if k == GAP:
            gap = True
            continue
        if gap and position > start:
            out[position] = mix(np.uint64(BLANK))
            position += 1
        gap = False
        out[position] = mix(np.uint64(fold[code] if code < TABLE else code))
        position += 1
    return position


@compiled
def extents_into(data: U8, first: int, end: int, kind: U8, starts: I64, ends: I64, in_bytes: bool) -> int:
    """Writes begin and end of each word, in code points or bytes from `first`; returns the number of words."""
    n, inside, place = 0, False, 0
    i = first
    while i < end:
        code, width = code_at(data, i)
        here = i - first if in_bytes else place
        after = here + (width if in_bytes else 1)
        i += width
        place += 1
        k = kind_of(code, kind)
        if k == HIDDEN:
            continue
        if k == GAP:
            inside = False
        elif k == SPACELESS:
            starts[n], ends[n] = here, after
            n += 1
            inside = False
        elif inside:
            ends[n - 1] = after
        else:
            starts[n], ends[n] = here, after
            n += 1
            inside = True
    return n
