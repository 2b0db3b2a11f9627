"""When do two texts count as the same? When they are equal after normalising."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

_UNEVEN = r"\s\s|[^\S ]|\A\s|\s\z"


def evened(texts: pl.Series) -> pl.Series:
    """NFC, runs of white space as one blank, none at the ends. Texts that are already so cost almost nothing."""
    texts = _where(texts, texts.str.len_bytes() != texts.str.len_chars(), lambda some: some.str.normalize("NFC"))
    return _where(
        texts, texts.str.contains(_UNEVEN), lambda some: some.str.replace_all(r"\s+", " ").str.strip_chars(" ")
    )


def normalised(texts: pl.Series) -> pl.Series:
    """`evened`, and in lower case.

    >>> normalised(pl.Series(["  Say   HELLO. ", "say hello."])).to_list()
    ['say hello.', 'say hello.']
    """
    return evened(texts).str.to_lowercase()


def _where(texts: pl.Series, mask: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    positions = mask.arg_true()
    return texts.clone().scatter(positions, change(texts.gather(positions))) if len(positions) else texts
