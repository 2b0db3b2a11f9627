"""Numbers in words, in one form everywhere: `1 row`, `1,234 rows`, `2.8%`, `0.05`."""

from __future__ import annotations

import math

NOTHING = "–"
SMALLEST = 1e-6  # smaller values are written with a power of ten


def count(number: int, noun: str = "row") -> str:
    """The number with thousands separated, and the noun in its plural unless the number is 1.

    >>> count(1), count(1234, "value")
    ('1 row', '1,234 values')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def share(part: float | None) -> str:
    """A share as percent with at most one decimal; "0%" and "100%" only where they are exact; "–" for none.

    `part`: 0 to 1.

    >>> share(0.58), share(0.028), share(0.0001), share(0.9999), share(0.0)
    ('58%', '2.8%', 'under 0.1%', 'over 99.9%', '0%')
    """
    if part is None or math.isnan(part):
        return NOTHING
    if 0 < part < 0.0005:
        return "under 0.1%"
    if 0.9995 <= part < 1:
        return "over 99.9%"
    return f"{part * 100:,.1f}".removesuffix(".0") + "%"


def number(value: float | None) -> str:
    """A number with thousands separated; "–" for none.

    A whole number has no decimals. From 100 on a number is rounded to a whole one, from 10 on it has one decimal,
    below that two; below 0.01 it has two significant digits.

    >>> number(408990), number(2047.6), number(57.5), number(1.4), number(0.0476), number(0.004922)
    ('408,990', '2,048', '57.5', '1.40', '0.05', '0.0049')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if size >= 1e15 or 0 < size < SMALLEST:
        return f"{value:.1e}"
    if size >= 99.95 or value == int(value):
        return f"{value:z,.0f}"
    if size >= 0.01:
        return f"{value:.1f}" if size >= 9.995 else f"{value:.2f}"
    return f"{value:.{1 - math.floor(math.log10(size))}f}"
