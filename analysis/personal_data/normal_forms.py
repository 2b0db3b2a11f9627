"""The normal form of a text, with the position of each character in the original."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import polars as pl

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
OTHER_FORMS = {**dict.fromkeys(DASHES, "-"), "\u3002": "."}
"""Characters that people use in numbers and addresses, and that NFKC does not change."""
OTHER = re.compile(rf"[{''.join(OTHER_FORMS)}]|(?![0-9])\d")


def changed_texts(texts: pl.Series) -> pl.DataFrame:
    """`at` (position), `text`: the texts that differ from their normal form, in a form close to it."""
    frame = pl.DataFrame({"at": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "text": texts})
    text = pl.col("text")
    wide = frame.filter(text.str.len_bytes() != text.str.len_chars()).with_columns(
        normal=text.str.normalize("NFKC").str.replace_many(list(OTHER_FORMS), list(OTHER_FORMS.values()))
    )
    other = wide.filter((text != pl.col("normal")) | text.str.contains(r"[\p{Nd}--0-9]"))
    return other.select("at", text="normal")


def is_normal(text: str) -> bool:
    """Whether a text equals its normal form."""
    return text.isascii() or (unicodedata.is_normalized("NFKC", text) and not OTHER.search(text))


@lru_cache(maxsize=8)
def normal_form(text: str) -> tuple[str, tuple[int, ...]]:
    """NFKC with plain dashes, full stops and digits; and the original position of each character, in code points.

    There is one position more than characters: the last is the length of `text`. Characters that belong together (a
    letter and its accents, the parts of a Hangul syllable) are normalised together and have the position of the first.
    """
    import regex

    out: list[str] = []
    origin: list[int] = []
    for match in regex.finditer(r"[\x00-\x7f]+(?=[\x00-\x7f]|$)|\X", text):
        start, end = match.span()
        part = match[0]
        if part.isascii():
            out.append(part)
            origin += range(start, end)
            continue
        normal = "".join(map(_plain, unicodedata.normalize("NFKC", part)))
        out.append(normal)
        origin += [start] * len(normal) if len(normal) != len(part) else range(start, end)
    return "".join(out), (*origin, len(text))


def _plain(character: str) -> str:
    if character in OTHER_FORMS:
        return OTHER_FORMS[character]
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def original_span(origin: tuple[int, ...], start: int, end: int) -> tuple[int, int]:
    """The span of the original text for these characters of the normal form."""
    first, last = origin[start], origin[end - 1]
    behind = end
    while behind < len(origin) - 1 and origin[behind] == last:
        behind += 1
    return first, origin[behind]
