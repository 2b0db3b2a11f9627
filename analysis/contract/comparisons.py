"""A comparison that a limit is made of, such as "over 10 rows" or "at least 1%"."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from analysis.counted import count
from analysis.errors import ContractError

Of = Literal["rows", "share", "value"]
MEANINGS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}
WORDS = {">": "over", ">=": "at least", "<": "under", "<=": "at most", "=": "exactly", "!=": "anything but"}
SAME = {"==": "=", "<>": "!=", "=<": "<=", "=>": ">="}
_NUMBER = r"(\d+(?:\.\d+)?)\s*(%?)"
_ONE = re.compile(rf"\s*([<>=!]{{1,2}})\s*{_NUMBER}\s*")
_BETWEEN = re.compile(rf"\s*between\s+{_NUMBER}\s+and\s+{_NUMBER}\s*", re.I)


@dataclass(frozen=True)
class Comparison:
    """`op` is one of `MEANINGS`, with one bound, or "between", with two that belong to it.

    `of`: a number of rows, a share of them from 0 to 1, or the value of a measure.
    """

    op: str
    bounds: tuple[float, ...]
    of: Of = "rows"

    def holds(self, number: float) -> bool:
        """Whether the number passes the comparison.

        >>> Comparison(">", (10,)).holds(11), Comparison("between", (10, 20)).holds(20)
        (True, True)
        """
        if self.op == "between":
            return self.bounds[0] <= number <= self.bounds[1]
        return MEANINGS[self.op](number, self.bounds[0])

    def holds_between(self, low: float, high: float) -> bool | None:
        """Whether each number from `low` to `high` passes, or none does; null where some do.

        >>> limit = Comparison(">", (0.1,), "share")
        >>> limit.holds_between(0.2, 0.3), limit.holds_between(0.0, 0.05), limit.holds_between(0.05, 0.2)
        (True, False, None)
        """
        inside = [bound for bound in self.bounds if low <= bound <= high]
        answers = {self.holds(number) for number in (low, *inside, high)}
        return answers.pop() if len(answers) == 1 else None

    @property
    def words(self) -> str:
        """For people: "over 3%", "at least 10 rows"."""
        first, *more = (self._bound(bound) for bound in self.bounds)
        return f"{first} to {more[0]}" if more else f"{WORDS[self.op]} {first}"

    def _bound(self, bound: float) -> str:
        if self.of == "share":
            return f"{bound * 100:.6g}%"
        return count(int(bound)) if self.of == "rows" and bound == int(bound) else f"{bound:g}"


NOT_NONE = Comparison("!=", (0,))
"""What dbt takes for a condition that is not written."""


def comparison(text: str) -> Comparison:
    """Reads a condition as dbt writes it: `>10`, `>= 1%`, `!= 0`, `between 10 and 20`. Raises ContractError.

    >>> comparison(">= 0.5%")
    Comparison(op='>=', bounds=(0.005,), of='share')
    """
    if match := _BETWEEN.fullmatch(text):
        low, low_unit, high, high_unit = match.groups()
        if bool(low_unit) == bool(high_unit):
            bounds = (_number(low, low_unit), _number(high, high_unit))
            if bounds[0] > bounds[1]:
                raise ContractError(f"{text[:80]!r} holds for no number; write the smaller number first.")
            return Comparison("between", bounds, _of(low_unit))
    match = _ONE.fullmatch(text)
    op = SAME.get(match[1], match[1]) if match else ""
    if not match or op not in MEANINGS:
        raise ContractError(
            f'{text[:80]!r} is no condition; write one such as ">10", ">= 1%" or "between 10 and 20", '
            f"with one of: {', '.join(MEANINGS)}."
        )
    return Comparison(op, (_number(match[2], match[3]),), _of(match[3]))


def _number(text: str, unit: str) -> float:
    """The number; a percentage as a share, rounded once, so that 0.7% is 0.007. Raises ContractError."""
    number = float(Decimal(text) / 100 if unit else Decimal(text))
    if not math.isfinite(number):
        raise ContractError(f"{text[:80]} is too large a number for a condition; write a smaller one.")
    return number


def _of(unit: str) -> Of:
    return "share" if unit else "rows"
