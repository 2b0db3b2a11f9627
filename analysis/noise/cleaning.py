"""Texts without the kinds of noise one chose to do without. Nothing is cleaned unless it is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from analysis.errors import NoiseError
from analysis.noise.kind import Kind, hide_code, show_code
from analysis.noise.kinds import KINDS, kind_named

MAX_ROUNDS = 50
"""Rounds until nothing changes: only a text built to defeat it, such as tags inside tags inside tags, needs more."""


def cleaned(text: str, kinds: Sequence[str]) -> str:
    """The text without these kinds, named as in `KINDS`; the same text where none of them stands in it.

    Cleaning what is clean changes nothing. Code between fences or backticks is left as it is by kinds of HTML, Markdown
    and placeholders, unless `markdown_fences` or `markdown_code` are chosen too: then its inside is text like any
    other. A refusal or a merged record goes as a whole. Raises NoiseError where a kind is not known or, like
    `truncated`, cannot be cleaned.
    """
    return str(cleaned_texts(pl.Series([text], dtype=pl.String), kinds)[0])


def cleaned_texts(texts: pl.Series, kinds: Sequence[str], known: Mapping[str, Kind] = KINDS) -> pl.Series:
    """As `cleaned`, for a column of texts at once; null stays null."""
    for name in kinds:
        if not kind_named(name).can_be_cleaned:
            raise NoiseError(f"{name} cannot be cleaned: nothing can be taken away that would mend it.")
    chosen = [known[name] for name in KINDS if name in set(kinds)]
    there = texts.is_not_null().arg_true()
    now, open_ = texts.gather(there), pl.int_range(len(there), dtype=pl.UInt32, eager=True)
    for _ in range(MAX_ROUNDS):
        before = now.gather(open_)
        after = before
        for kind in chosen:
            after = without(after, kind)
        changed = (after != before).arg_true()
        if changed.is_empty():
            break
        open_ = open_.gather(changed)
        now = now.clone().scatter(open_, after.gather(changed))
    return texts.clone().scatter(there, now) if len(there) else texts


def without(texts: pl.Series, kind: Kind) -> pl.Series:
    """Texts without one kind, cleaned once; texts that do not have it are the same."""
    having = (kind.counts(texts) > 0).arg_true()
    if having.is_empty():
        return texts
    some = texts.gather(having)
    if kind.protects == "nothing":
        return texts.clone().scatter(having, _clean(some, kind))
    hidden = [hide_code(text, kind.protects) for text in some]
    done = _clean(pl.Series(texts.name, [h[0] for h in hidden], dtype=pl.String), kind)
    shown = [show_code(text, *h[1:]) for text, h in zip(done, hidden, strict=True)]
    return texts.clone().scatter(having, pl.Series(shown, dtype=pl.String))


def _clean(texts: pl.Series, kind: Kind) -> pl.Series:
    if kind.clean:
        return kind.clean(texts)
    for pattern, instead in kind.steps or ((kind.marks, kind.becomes),):
        texts = texts.str.replace_all(pattern, instead)
    return texts
