"""The texts that hold a word of a list."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

PATTERN_WORDS = 200  # bad words in one pattern: a larger one would not be compiled
SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]"


def has_bad_word(texts: pl.Series, words: Sequence[str]) -> pl.Series:
    """Whether a text has one of the words, between characters that are not letters or digits; null without words.

    A word of a script without spaces is looked for anywhere.
    """
    if not words:
        return pl.Series([None] * len(texts), dtype=pl.Boolean)
    low = texts.str.to_lowercase()
    hits = low.str.contains_any(list(words))
    near = hits.fill_null(False).arg_true()
    if not len(near):
        return hits
    some = low.gather(near)
    has_word = pl.select(pl.any_horizontal(some.str.contains(pattern) for pattern in _patterns(words))).to_series()
    return hits.scatter(near, has_word)


def _patterns(words: Sequence[str]) -> list[str]:
    has_spaces = ~pl.Series(list(words)).str.contains(SPACELESS)
    between = [re.escape(word) for word, is_spaced in zip(words, has_spaces, strict=True) if is_spaced]
    anywhere = [re.escape(word) for word, is_spaced in zip(words, has_spaces, strict=True) if not is_spaced]
    groups = [(r"(?:\W|^)(?:{})(?:\W|$)", between), ("(?:{})", anywhere)]
    return [
        form.format("|".join(some[n : n + PATTERN_WORDS]))
        for form, some in groups
        for n in range(0, len(some), PATTERN_WORDS)
    ]
