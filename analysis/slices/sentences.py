"""How is one difference between two sides written? As a sentence about the rows, with both figures."""

from __future__ import annotations

from typing import NamedTuple

from analysis.counted import number
from analysis.counted import share as share_words
from analysis.slices.measures import EMPTY, OWN_WORDS, READ, UNITS, Measure

MANY_TIMES = 1.5  # a share so many times the other is written as a ratio
LONG_IN = {"tokens": "tokens", "words": "words", "chars": "characters"}
TEXTS = {**READ, "system": "system messages", "row": "rows"}


class Sides(NamedTuple):
    """Figures of both sides: means or shares, medians, interval of the difference, effect; None where unknown."""

    mean: float | None
    other_mean: float | None
    median: float | None
    other_median: float | None
    low: float | None
    high: float | None
    effect: float | None


def sentence(of: Measure, category: str | None, sides: Sides) -> str:
    """How these rows differ in one measure: "3.1 times as many empty responses (11% against 3.5%)"."""
    if sides.mean is None or sides.other_mean is None:
        return f"{of.label}: nothing to compare, one side has no values"
    if of.kind == "share":
        return _of_share(of, sides.mean, sides.other_mean)
    if of.kind == "category":
        share, other_share = share_words(sides.mean), share_words(sides.other_mean)
        return f"{share} have {of.label} “{category}” against {other_share}"
    return _of_number(of, sides, sides.mean, sides.other_mean)


def _of_share(of: Measure, share: float, other_share: float) -> str:
    figures = f"({share_words(share)} against {share_words(other_share)})"
    if of.name.startswith(EMPTY) or of.name in OWN_WORDS:
        return f"{_how_many(of.label, share, other_share)} {figures}"
    return f"{_how_often(f'“{of.label}”', share, other_share)} {figures}"


def _how_many(what: str, share: float, other_share: float) -> str:
    if share == other_share:
        return f"as many {what}"
    if share == 0:
        return f"{what} none"
    if other_share == 0:
        return f"{what} only here"
    if share / other_share >= MANY_TIMES:
        return f"{share / other_share:.1f} times as many {what}"
    return f"more {what}" if share > other_share else f"fewer {what}"


def _how_often(what: str, share: float, other_share: float) -> str:
    if share == other_share:
        return f"{what} as often"
    if share == 0:
        return f"{what} never"
    if other_share == 0:
        return f"{what} only here"
    if share / other_share >= MANY_TIMES:
        return f"{share / other_share:.1f} times as often {what}"
    return f"{what} more often" if share > other_share else f"{what} less often"


def _of_number(of: Measure, sides: Sides, mean: float, other_mean: float) -> str:
    """The means, where the interval of their difference excludes 0; else the medians, which resist extreme rows."""
    stem, _, unit = of.name.rpartition("_")
    text = TEXTS.get(stem) if unit in UNITS else None
    means = f"({number(mean)} against {number(other_mean)})"
    if sides.low is not None and sides.high is not None and (sides.low > 0 or sides.high < 0):
        off = number(abs(mean - other_mean))
        if text:
            return f"{text} are {off} {LONG_IN[unit]} {'longer' if mean > other_mean else 'shorter'} on average {means}"
        return f"{of.label} is {off} {'higher' if mean > other_mean else 'lower'} on average {means}"
    middle, other_middle = sides.median, sides.other_median
    if middle is not None and other_middle is not None and middle != other_middle:
        return f"the median of {of.label} is {number(middle)} against {number(other_middle)}"
    if not sides.effect and mean == other_mean:
        return f"{of.label} is the same on average ({number(mean)})"
    tends = "higher" if (sides.effect or 0) > 0 else "lower"
    return f"{of.label} tends to be {tends} (on average {number(mean)} against {number(other_mean)})"
