"""The values of one TOML table: each is taken once with its type, and what is left over is not known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any

from analysis.errors import ContractError
from analysis.printable import printable

SHOWN_CHARS = 300
MOST = 1e15
"""Numbers of a contract are smaller: a float still tells whole numbers from each other."""
TYPES = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    date: "a date",
    datetime: "a time",
    time: "a time of day",
}


def nearest_first(name: str, names: Iterable[str]) -> str:
    """The names that may be meant, the most similar first; of many names only the first and how many more.

    >>> nearest_first("exact_duplicate", ["leaks", "near_duplicates", "exact_duplicates"])
    'exact_duplicates, near_duplicates, leaks'
    """
    matcher = SequenceMatcher(b=name.casefold())

    def likeness(candidate: str) -> float:
        matcher.set_seq1(candidate.casefold())
        return matcher.ratio()

    ordered = sorted(dict.fromkeys(names), key=likeness, reverse=True)
    ends = list(accumulate(len(candidate) + 2 for candidate in ordered))
    shown = max(1, sum(end <= SHOWN_CHARS for end in ends))
    more = len(ordered) - shown
    return ", ".join(ordered[:shown]) + (f" and {more:,} more" if more > 0 else "")


class Fields:
    """Takes values out of a table. `place` says which table it is, for messages: "line 4, rule 'no copies'"."""

    def __init__(self, table: Mapping[str, Any], place: str) -> None:
        self.table, self.place = dict(table), place
        self.names: list[str] = []

    def has(self, name: str) -> bool:
        return name in self.table

    def text(self, name: str, default: str = "") -> str:
        """A text that is not empty; the default where it is not written."""
        is_written = self.has(name)
        value = self._taken(name, str, default)
        if is_written and not value.strip():
            raise fault(self, f"{name} is empty; write a text, or leave it out")
        return str(value)

    def required(self, name: str) -> str:
        """A text that must be written."""
        if not self.has(name):
            self.names.append(name)
            raise fault(self, f"it has no {name}; write {name} = a text")
        return self.text(name)

    def choice(self, name: str, choices: Collection[str], default: str = "") -> str:
        """One of some words."""
        value = self.text(name, default)
        if value not in choices and value != default:
            raise fault(self, f"{name} is {value[:80]!r}; it can be {nearest_first(value, choices)}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; a single text is a list of one."""
        value = self.table.get(name, [])
        value = [value] if isinstance(value, str) else value
        self.table[name] = value
        values = self._taken(name, list, [])
        for value in values:
            if not isinstance(value, str):
                raise fault(self, f"{name} holds {_words(value)}; each entry is a text in quotes")
            if not value.strip():
                raise fault(self, f"{name} holds an empty text; write a text, or leave it out")
        return tuple(values)

    def truth(self, name: str, default: bool = False) -> bool:
        return bool(self._taken(name, bool, default))

    def whole(self, name: str, default: int = 0, least: int = 0) -> int:
        """A whole number of at least `least`."""
        is_written = self.has(name)
        value = self._taken(name, int, default)
        if is_written and not least <= value < MOST:
            raise fault(self, f"{name} is {str(value)[:40]}; it must be from {least} to {MOST:g}")
        return int(value)

    def number(self, name: str) -> float:
        """A finite number."""
        self.names.append(name)
        value = self.table.pop(name, None)
        if type(value) not in (int, float):
            raise fault(self, f"{name} is {_words(value)}; write a number")
        if not -MOST < value < MOST:
            raise fault(self, f"{name} is {str(value)[:40]}; write a number under {MOST:g}")
        return float(value)

    def share(self, name: str) -> float:
        """A number from 0 to 1."""
        value = self.number(name)
        if not 0 <= value <= 1:
            raise fault(self, f"{name} is {value:g}; a share is from 0 to 1, such as 0.01 for 1%")
        return value

    def day(self, name: str) -> date | None:
        """A date, or its text such as "2027-01-31"; null where it is not written."""
        if not self.has(name):
            self.names.append(name)
            return None
        value = self.table[name]
        if isinstance(value, date) and not isinstance(value, datetime):
            self.table[name] = str(value)
        text = self.text(name)
        day = _day(text)
        if day is None:
            raise fault(self, f"{name} is {text[:80]!r}; write a date such as 2027-01-31")
        return day

    def tables(self, name: str) -> dict[str, dict[str, Any]]:
        """Tables by name."""
        value: dict[str, dict[str, Any]] = self._taken(name, dict, {})
        for key, table in value.items():
            if not isinstance(table, dict):
                raise fault(self, f"{name}.{key} is {_words(table)}; write {name}.{key} = {{parameter = value}}")
        return value

    def inner(self, name: str) -> dict[str, Any]:
        """A table; an empty one where it is not written."""
        value: dict[str, Any] = self._taken(name, dict, {})
        return value

    def finish(self) -> None:
        """Raises ContractError where the table has a value that was not taken."""
        if (unknown := next(iter(self.table), None)) is not None:
            raise fault(self, f"it has no key {unknown[:80]!r}; its keys are: {nearest_first(unknown, self.names)}")

    def _taken(self, name: str, wanted: type, default: Any) -> Any:
        self.names.append(name)
        value = self.table.pop(name, default)
        if type(value) is not wanted and value is not default:
            raise fault(self, f"{name} is {_words(value)}; write {TYPES[wanted]}")
        return value


def fault(fields: Fields, sentence: str) -> ContractError:
    """The error with this sentence, at the place of the table."""
    return ContractError(printable(f"{fields.place}: {sentence}."))


def _day(text: str) -> date | None:
    """The day that a text such as 2027-01-31 writes; null where it writes none."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.A):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.date()


def _words(value: object) -> str:
    """What a value is, for people; never a long one."""
    kind = TYPES.get(type(value), "of another type")
    return f"{kind} ({str(value)[:40]})" if isinstance(value, str | bool | int | float) else kind
