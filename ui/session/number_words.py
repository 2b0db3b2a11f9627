"""The one form of every number on the screen: shares, counts, measured values, and their intervals."""

from __future__ import annotations

from analysis.counted import NOTHING
from analysis.counted import count as count
from analysis.counted import number as number
from analysis.counted import share as share


def numbers(low: float | None, high: float | None) -> str:
    """An interval, both ends in the form of `number`: "1.15 to 1.65"; "–" where one end is missing."""
    return NOTHING if low is None or high is None else f"{number(low)} to {number(high)}"


def shares(low: float | None, high: float | None) -> str:
    """An interval of shares, both ends in the form of `share`: "2.8% to 5%"; "–" where one end is missing."""
    return NOTHING if low is None or high is None else f"{share(low)} to {share(high)}"


def bin_words(low: float, high: float, whole: bool) -> str:
    """The range of a bin in words: "100 to 199" for whole numbers, "0.5 to under 1" otherwise."""
    if whole:
        return f"{low:,.0f}" if high - low <= 1 else f"{low:,.0f} to {high - 1:,.0f}"
    return f"{low:,g} to under {high:,g}"
