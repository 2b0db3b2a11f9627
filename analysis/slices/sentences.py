"""How is one difference between two sides said? In a sentence about the rows, with both figures."""

from __future__ import annotations

from typing import NamedTuple

from analysis.slices.measures import EMPTY, OWN_WORDS, READ, UNITS, Measure

MANY_TIMES = 1.5  # a share so many times the other is said as a ratio
LONG_IN = {"tokens": "tokens", "words": "words", "chars": "characters"}
TEXTS = {**READ, "system": "system messages", "row": "rows"}


class Sides(NamedTuple):
    """Both sides' figures: means or shares, medians, the interval of the difference, the effect; None where unknown."""

    mean: float | None
    other_mean: float | None
    median: float | None
    other_median: float | None
    low: float | None
    high: float | None
    effect: float | None


def sentence(of: Measure, category: str | None, sides: Sides) -> str:
    """What sets these rows apart in one measure: "3.1 times as many empty responses (11% against 3.5%)"."""
    if sides.mean is None or sides.other_mean is None:
        return f"{of.label}: nothing to compare, one side has no values"
    if of.kind == "share":
        return _of_share(of, sides.mean, sides.other_mean)
    if of.kind == "category":
        here, there = percent(sides.mean), percent(sides.other_mean)
        return f"{here} have {of.label} “{category}” against {there}"
    return _of_number(of, sides, sides.mean, sides.other_mean)


def _of_share(of: Measure, here: float, there: float) -> str:
    figures = f"({percent(here)} against {percent(there)})"
    if of.name.startswith(EMPTY) or of.name in OWN_WORDS:
        return f"{_how_many(of.label, here, there)} {figures}"
    return f"{_how_often(f'“{of.label}”', here, there)} {figures}"


def _how_many(what: str, here: float, there: float) -> str:
    if here == there:
        return f"as many {what}"
    if here == 0:
        return f"{what} none"
    if there == 0:
        return f"{what} only here"
    if here / there >= MANY_TIMES:
        return f"{here / there:.1f} times as many {what}"
    return f"more {what}" if here > there else f"fewer {what}"


def _how_often(what: str, here: float, there: float) -> str:
    if here == there:
        return f"{what} as often"
    if here == 0:
        return f"{what} never"
    if there == 0:
        return f"{what} only here"
    if here / there >= MANY_TIMES:
        return f"{here / there:.1f} times as often {what}"
    return f"{what} more often" if here > there else f"{what} less often"


def _of_number(of: Measure, sides: Sides, here: float, there: float) -> str:
    """The means, where their interval tells them apart; else the medians, which a few extreme rows do not move."""
    stem, _, unit = of.name.rpartition("_")
    text = TEXTS.get(stem) if unit in UNITS else None
    means = f"({number(here)} against {number(there)})"
    if sides.low is not None and sides.high is not None and (sides.low > 0 or sides.high < 0):
        off = number(abs(here - there))
        if text:
            return f"{text} are {off} {LONG_IN[unit]} {'longer' if here > there else 'shorter'} on average {means}"
        return f"{of.label} is {off} {'higher' if here > there else 'lower'} on average {means}"
    middle, other_middle = sides.median, sides.other_median
    if middle is not None and other_middle is not None and middle != other_middle:
        return f"the median of {of.label} is {number(middle)} against {number(other_middle)}"
    tends = "higher" if (sides.effect or 0) > 0 else "lower"
    return f"{of.label} tends to be {tends} (on average {number(here)} against {number(there)})"


def percent(share: float) -> str:
    """A share for people: "11%", "3.5%", "0.02%"; "0%" and "100%" only where it is just that."""
    points = share * 100
    if points in (0, 100):
        return f"{points:.0f}%"
    if 10 <= points <= 99:
        return f"{points:.0f}%"
    if points > 99:
        return f"{min(points, 99.99):.2f}%"
    return f"{points:.2g}%" if points >= 0.01 else "under 0.01%"


def number(value: float) -> str:
    """A number for people: whole from a hundred on, else with two or three figures."""
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.2g}"
    return f"{value:,.0f}" if size >= 100 or value == int(value) else f"{value:.3g}"
