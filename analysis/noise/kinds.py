"""Every kind of noise this tool knows, by name. To add one: add its line to the table it belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analysis.errors import NoiseError
from analysis.noise.answers import ANSWERS
from analysis.noise.characters import BROKEN, SIGNS, SPACES
from analysis.noise.kind import Kind, hide_code, show_code, unused
from analysis.noise.leftovers import LEFTOVERS, MERGED, special_tokens
from analysis.noise.markup import HTML, MARKDOWN

ROLES = ("system", "prompt", "response", "rejected", "tool", "text")
MAX_PLACES = 500
PLACE_CHARS = 100_000  # places are sought in the first so many characters of a text


# In the order in which they are cleaned: what hides others comes first, fences before what stands inside them.
KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (*BROKEN, MERGED, *ANSWERS, *HTML, *LEFTOVERS, *MARKDOWN, *SIGNS, *SPACES)
}


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises NoiseError where there is none."""
    if name not in KINDS:
        raise NoiseError(f"No kind of formatting is called {name!r}; known: {', '.join(KINDS)}.")
    return KINDS[name]


def kinds_with(tokens: Sequence[str]) -> dict[str, Kind]:
    """The kinds, with a tokenizer's own special tokens among the leaked ones."""
    return {**KINDS, "special_tokens": special_tokens(tokens)}


def places(text: str, kind: Kind) -> list[tuple[int, int]]:
    """Where it stands in the text, as start and end in characters: at most 500, in the first 100,000 characters.

    A kind that is said of a whole text gives the whole text. Empty where there is none.
    """
    seen = text[:PLACE_CHARS]
    if not int(kind.counts(pl.Series([seen], dtype=pl.String))[0]):
        return []
    if not kind.marks or kind.whole:
        return [(0, len(seen))]
    hidden, pieces, *ends = hide_code(seen, kind.protects) if kind.protects != "nothing" else (seen, [], "", "")
    before, after = unused(hidden)
    marked = pl.Series([hidden]).str.replace_all(f"({kind.marks})", f"{before}${{0}}{after}")[0]
    found: list[tuple[int, int]] = []
    rest, *hits = show_code(marked, pieces, *ends).split(before)
    at = len(rest)
    for piece in hits[:MAX_PLACES]:
        hit, _, rest = piece.partition(after)
        found.append((at, at + len(hit)))
        at += len(hit) + len(rest)
    return found
