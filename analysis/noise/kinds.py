"""Which kinds of noise are there? All of them by name; to add one, add its line to its table in this room."""

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
PLACE_CHARS = 100_000  # only so many characters of a text are searched for places


# In the order of cleaning: a kind that hides others comes first, fences before what is inside them.
KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (*BROKEN, MERGED, *ANSWERS, *HTML, *LEFTOVERS, *MARKDOWN, *SIGNS, *SPACES)
}


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises NoiseError where there is none."""
    if name not in KINDS:
        raise NoiseError(f"No kind of formatting is called {name!r}; known: {', '.join(KINDS)}.")
    return KINDS[name]


def kinds_with(tokens: Sequence[str]) -> dict[str, Kind]:
    """The kinds, with the special tokens of a tokenizer added to `special_tokens`."""
    return {**KINDS, "special_tokens": special_tokens(tokens)}


def places(text: str, kind: Kind) -> list[tuple[int, int]]:
    """The spans of a kind in the text, start and end in characters: at most 500, in the first 100,000 characters.

    For a kind of a whole text it is the whole text. Empty where the text does not have the kind.
    """
    seen = text[:PLACE_CHARS]
    if not int(kind.counts(pl.Series([seen], dtype=pl.String))[0]):
        return []
    if not kind.marks or kind.whole:
        return [(0, len(seen))]
    hidden, pieces, *ends = hide_code(seen, kind.protects) if kind.protects != "nothing" else (seen, [], "", "")
    before, after = unused(hidden)
    marked = pl.Series([hidden]).str.replace_all(f"({kind.marks})", f"{before}${{0}}{after}")[0]
    spans: list[tuple[int, int]] = []
    rest, *hits = show_code(marked, pieces, *ends).split(before)
    position = len(rest)
    for piece in hits[:MAX_PLACES]:
        hit, _, rest = piece.partition(after)
        spans.append((position, position + len(hit)))
        position += len(hit) + len(rest)
    return spans
