"""Counted verb-noun pairs as the wedges of a sunburst or treemap: a ring of verbs and a ring of their nouns."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl


class Wedge(NamedTuple):
    """One piece of the picture; `verb` and `noun` are null for the rest."""

    id: str
    parent: str
    label: str
    rows: int
    verb: str | None
    noun: str | None


def wedges(ranked: pl.DataFrame, verbs: int, nouns: int, with_rest: bool = True) -> list[Wedge]:
    """Counted pairs as a ring of verbs and a ring of their nouns.

    The other nouns of each verb become one wedge, and so do the other verbs if `with_rest`.
    """
    by_verb = ranked.group_by("verb").agg(pl.col("rows").sum()).sort(["rows", "verb"], descending=[True, False])
    shown = ranked.select("verb", "noun", "rows").filter(pl.col("verb").is_in(by_verb["verb"].head(verbs).implode()))
    of_verbs = shown.partition_by("verb", as_dict=True, include_key=False)
    pieces = []
    for i, (verb, rows) in enumerate(by_verb.head(verbs).iter_rows()):
        pieces.append(Wedge(f"{i}", "", verb, rows, verb, None))
        of_verb = of_verbs[(verb,)]
        for j, (noun, n) in enumerate(of_verb.head(nouns).iter_rows()):
            pieces.append(Wedge(f"{i}/{j}", f"{i}", noun, n, verb, noun))
        if of_verb.height > nouns:
            rest = int(of_verb["rows"].slice(nouns).sum())
            pieces.append(Wedge(f"{i}/rest", f"{i}", f"(other {of_verb.height - nouns:,})", rest, None, None))
    if with_rest and by_verb.height > verbs:
        left = by_verb.height - verbs
        pieces.append(Wedge("rest", "", f"(other {left:,} verbs)", int(by_verb["rows"].slice(verbs).sum()), None, None))
    return pieces
