"""What differs between two texts, word by word, white space included?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from rapidfuzz.distance import MatchingBlock

from analysis.reading.marks import WORD, equal_runs

Part = tuple[Literal["same", "del", "add"], str]
"""A piece of text that both have, that only the first has, or that only the second has."""

_PIECE = re.compile(rf"{WORD}|\s+")  # every character is in one piece


def difference(before: str, after: str) -> list[Part]:
    """The pieces of two texts in order: "same" and "del" together are `before`, "same" and "add" are `after`.

    A blank between two changed words belongs to the change, so that a new sentence is one change.
    """
    a, b = _PIECE.findall(before), _PIECE.findall(after)
    head = _shared(a, b)
    tail = _shared(a[head:][::-1], b[head:][::-1])
    parts: list[Part] = [("same", "".join(a[:head]))]
    for removed, added, same in _changes(a[head : len(a) - tail], b[head : len(b) - tail]):
        parts += [("del", removed), ("add", added), ("same", same)]
    parts.append(("same", "".join(a[len(a) - tail :])))
    return [part for part in parts if part[1]]


def _shared(a: Sequence[str], b: Sequence[str]) -> int:
    """How many pieces both begin with."""
    return next((n for n, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))


def _changes(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What is removed, what is added in its place, and the text that both have after it."""
    removed = added = ""
    i = k = 0
    for run in [*equal_runs(a, b), MatchingBlock(len(a), len(b), 0)]:
        removed, added = removed + "".join(a[i : run.a]), added + "".join(b[k : run.b])
        i, k = run.a + run.size, run.b + run.size
        same = "".join(a[run.a : i])
        is_last = (i, k) == (len(a), len(b))
        if same.strip(" ") or is_last or not (removed or added):
            yield removed, added, same
            removed = added = ""
        else:
            removed, added = removed + same, added + same
    if removed or added:
        yield removed, added, ""
