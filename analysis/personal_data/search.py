"""Which patterns can match in which texts? A linear search that excludes nearly all texts and never a hit."""

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
    """Patterns that a text must all match before the pattern at this index of its recogniser is tried."""

    place: int
    patterns: tuple[str, ...]


class Search:
    """Recognisers, and the Polars patterns that a text must match before they can find anything in it."""

    def __init__(self, recognisers: Sequence[PatternRecognizer], threshold: float) -> None:
        self.recognisers = list(recognisers)
        self._sought = [_sought(recogniser, threshold) for recogniser in self.recognisers]
        self._gates = ["|".join(sorted({one.patterns[0] for one in several})) for several in self._sought]
        self._parts: dict[tuple[tuple[int, int], ...], PatternRecognizer] = {}

    def candidates(self, texts: pl.Series) -> dict[int, set[tuple[int, int]]]:
        """Position -> the patterns that can match there, as (index of the recogniser, index of its pattern).

        No other pattern can match there.
        """
        frame = pl.DataFrame({"at": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "text": texts})
        text = pl.col("text")
        always = frame.filter(text.str.len_bytes() != text.str.len_chars()).filter(text.str.contains(ALWAYS))["at"]
        passed: dict[str, pl.DataFrame] = {}
        pattern_numbers: dict[int, set[tuple[int, int]]] = {}
        for number, (gate, several) in enumerate(zip(self._gates, self._sought, strict=True)):
            if gate not in passed:
                passed[gate] = frame.lazy().filter(text.str.contains(gate)).collect()
            for place, patterns in several:
                left = passed[gate]
                for pattern in patterns:
                    left = left.filter(text.str.contains(pattern)) if left.height and pattern != gate else left
                for position in pl.concat([left["at"], always]).unique():
                    pattern_numbers.setdefault(position, set()).add((number, place))
        return pattern_numbers

    def parts(self, sought: Iterable[tuple[int, int]]) -> list[PatternRecognizer]:
        """The recognisers of these patterns, each with these patterns only."""
        return [self._part(key) for key in (tuple(several) for _, several in groupby(sorted(sought), itemgetter(0)))]

    def _part(self, key: tuple[tuple[int, int], ...]) -> PatternRecognizer:
        if key not in self._parts:
            some = copy.copy(self.recognisers[key[0][0]])
            vars(some)["patterns"] = [patterns_of(some)[place] for _, place in key]
            self._parts[key] = some
        return self._parts[key]


def patterns_of(recogniser: PatternRecognizer) -> list[Pattern]:
    """Its patterns; Presidio does not declare their type."""
    return list(vars(recogniser)["patterns"])


def _sought(recogniser: PatternRecognizer, threshold: float) -> list[Sought]:
    """What each pattern needs. One with a score below the threshold also needs a word that raises it; without context
    words it is left out.

    A recogniser's `searched` comes first, since several patterns share it or it excludes more.
    """
    from presidio_analyzer import PatternRecognizer

    is_checked = type(recogniser).validate_result is not PatternRecognizer.validate_result
    searched: Mapping[str, str] = getattr(recogniser, "searched", {})
    sought = []
    for place, pattern in enumerate(patterns_of(recogniser)):
        derived = superset(pattern.regex, recogniser.global_regex_flags or 0)
        patterns = (searched[pattern.name], derived) if pattern.name in searched else (derived,)
        if pattern.score >= threshold or is_checked:
            sought.append(Sought(place, patterns))
        elif recogniser.context:
            sought.append(Sought(place, (*patterns, _word_of(recogniser.context))))
    return sought


def _word_of(words: Sequence[str]) -> str:
    """A pattern of a whole word whose lemma is one of these; its edges are ASCII, so that no word is missed."""
    return rf"(?:^|[^A-Za-z])(?i:{'|'.join(map(re.escape, words))})(?i:s)?(?:[^A-Za-z]|$)"
