"""Where in a text does each token begin? Characters, counted from 0."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
JOINED = range(0x1160, 0x1200)  # vowels and finals of Korean syllables, which join what is before them


class Tokens(NamedTuple):
    """The tokens of a text: their `ids`, and the position of the first character of each (`starts`).

    A character may be several tokens, which then have the same position; positions never fall.
    """

    ids: Places
    starts: Places


def starts_of(text: str, sizes: Sequence[int] | Places) -> Places:
    """The position of each token's first character, from the sizes of the tokens in bytes of UTF-8."""
    ends = np.cumsum(np.asarray(sizes, dtype=np.int64))
    first_bytes = ends - np.asarray(sizes, dtype=np.int64)
    if text.isascii():
        return first_bytes
    raw = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    character = np.cumsum((raw & 0xC0) != 0x80) - 1
    return character[first_bytes]


def composed(text: str) -> tuple[str, Places | None]:
    """The text in Unicode's form NFC, and for each of its characters the position in `text` from which it came.

    None where both are equal.
    """
    if unicodedata.is_normalized("NFC", text):
        return text, None
    written: list[str] = []
    places: list[int] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and (unicodedata.combining(text[place]) or ord(text[place]) in JOINED):
            continue
        piece = unicodedata.normalize("NFC", text[start:place])
        written.append(piece)
        places += [min(start + n, place - 1) for n in range(len(piece))]
        start = place
    return "".join(written), np.array(places, dtype=np.int64)
