"""Which patterns could find anything in which texts: a linear search that rules out nearly all of them, and no hit."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from analysis.personal_data.supersets import ALWAYS, superset

if TYPE_CHECKING:
    from presidio_analyzer import Pattern, PatternRecognizer


class Sought(NamedTuple):
    """What a text must match, all of it, before the pattern at this place of its recogniser is tried on it."""

    place: int
    patterns: tuple[str, ...]


class Search:
    """Recognisers, and for Polars what a text must hold so that they could find anything there."""

    def __init__(self, recognisers: Sequence[PatternRecognizer], threshold: float) -> None:
        self.recognisers = list(recognisers)
        self._sought = [_sought(recogniser, threshold) for recogniser in self.recognisers]
        self._gates = ["|".join(sorted({one.patterns[0] for one in several})) for several in self._sought]
        self._parts: dict[tuple[tuple[int, int], ...], PatternRecognizer] = {}

    def candidates(self, texts: pl.Series) -> dict[int, set[tuple[int, int]]]:
        """Position: the patterns that could match there, by the numbers of their recogniser and of themselves.

        No other pattern would, whatever Presidio is asked.
        """
        frame = pl.DataFrame({"at": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "text": texts})
        text = pl.col("text")
        always = frame.filter(text.str.len_bytes() != text.str.len_chars()).filter(text.str.contains(ALWAYS))["at"]
        passed: dict[str, pl.DataFrame] = {}
        found: dict[int, set[tuple[int, int]]] = {}
        for number, (gate, several) in enumerate(zip(self._gates, self._sought, strict=True)):
            if gate not in passed:
                passed[gate] = frame.lazy().filter(text.str.contains(gate)).collect()
            for place, patterns in several:
                left = passed[gate]
                for pattern in patterns:
                    left = left.filter(text.str.contains(pattern)) if left.height and pattern != gate else left
                for at in pl.concat([left["at"], always]).unique():
                    found.setdefault(at, set()).add((number, place))
        return found

    def parts(self, sought: Iterable[tuple[int, int]]) -> list[PatternRecognizer]:
        """The recognisers that have these patterns, each with only these."""
        return [self._part(key) for key in (tuple(several) for _, several in groupby(sorted(sought), itemgetter(0)))]

    def _part(self, key: tuple[tuple[int, int], ...]) -> PatternRecognizer:
        if key not in self._parts:
            some = copy.copy(self.recognisers[key[0][0]])
            vars(some)["patterns"] = [patterns_of(some)[place] for _, place in key]
            self._parts[key] = some
        return self._parts[key]


def patterns_of(recogniser: PatternRecognizer) -> list[Pattern]:
    """Its patterns, whose type Presidio does not declare."""
    return list(vars(recogniser)["patterns"])


def _sought(recogniser: PatternRecognizer, threshold: float) -> list[Sought]:
    """What each pattern needs; one whose score stays below the threshold also a word that raises it, or it is left out.

    A recogniser's own `searched` comes first: it is shared by its patterns, or rules out more.
    """
    from presidio_analyzer import PatternRecognizer

    is_checked = type(recogniser).validate_result is not PatternRecognizer.validate_result
    known: Mapping[str, str] = getattr(recogniser, "searched", {})
    made = []
    for place, pattern in enumerate(patterns_of(recogniser)):
        derived = superset(pattern.regex, recogniser.global_regex_flags or 0)
        patterns = (known[pattern.name], derived) if pattern.name in known else (derived,)
        if pattern.score >= threshold or is_checked:
            made.append(Sought(place, patterns))
        elif recogniser.context:
            made.append(Sought(place, (*patterns, _word_of(recogniser.context))))
    return made


def _word_of(words: Sequence[str]) -> str:
    """A whole word whose lemma is one of these; its neighbours are compared as ASCII, so that none is missed."""
    return rf"(?:^|[^A-Za-z])(?i:{'|'.join(map(re.escape, words))})(?i:s)?(?:[^A-Za-z]|$)"
