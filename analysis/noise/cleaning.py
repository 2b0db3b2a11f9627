"""What is a text without the chosen kinds of noise? Nothing is cleaned unless it is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from analysis.errors import NoiseError
from analysis.noise.kind import Kind, hide_code, show_code
from analysis.noise.kinds import KINDS, kind_named

MAX_ROUNDS = 50
"""Most rounds until nothing changes: only a text made to defeat cleaning, with deeply nested tags, needs more."""


def cleaned(text: str, kinds: Sequence[str]) -> str:
    """The text without these kinds, named as in `KINDS`; the same text where it has none of them.

    Cleaning a clean text changes nothing. Kinds of HTML, Markdown and placeholders do not change code between fences or
    backticks, unless `markdown_fences` or `markdown_code` are chosen too: then code is cleaned like other text. A
    refusal or a merged record is removed as a whole. Raises NoiseError where a kind does not exist or, like
    `truncated`, cannot be cleaned.
    """
    return str(cleaned_texts(pl.Series([text], dtype=pl.String), kinds)[0])


def cleaned_texts(texts: pl.Series, kinds: Sequence[str], available: Mapping[str, Kind] = KINDS) -> pl.Series:
    """As `cleaned`, for a column of texts at once; null stays null."""
    for name in kinds:
        if not kind_named(name).can_be_cleaned:
            raise NoiseError(f"{name} cannot be cleaned: removing characters does not repair it.")
    chosen = [available[name] for name in KINDS if name in set(kinds)]
    filled = texts.is_not_null().arg_true()
    now, open_ = texts.gather(filled), pl.int_range(len(filled), dtype=pl.UInt32, eager=True)
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
    return texts.clone().scatter(filled, now) if len(filled) else texts


def without(texts: pl.Series, kind: Kind) -> pl.Series:
    """Texts without one kind, cleaned once; texts without it do not change."""
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
