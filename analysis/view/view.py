"""A View is a question about a dataset, small enough to live in a URL.

A filter is written `column~operator~value`; `~` and `%` inside the parts are percent-encoded. An operator with a
leading `!` is switched off: it is kept and shown, and lets every row through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import polars as pl

from analysis.counted import count
from analysis.errors import ViewError
from analysis.joined_values import join_values, quote, split_values, unquote
from analysis.signal import ROW_ID
from analysis.view.operators import MAX_SEARCH_CHARS, OPERATORS, OPPOSITES, Asked, check_pattern, kind_of

ANY_TEXT = "*"  # the pseudo-column of a text search: every text a row holds
SEARCHES = ("has", "nothas", "word", "re")  # the operators that fit ANY_TEXT
MAX_VIEW_CHARS = 100_000
JOINED = ("range", "many", "list")  # what takes several values, each quoted by itself


@dataclass(frozen=True)
class Filter:
    """One condition on one column. `enabled` False keeps the chip and lets every row through.

    >>> Filter("response_tokens", "ge", "2048").sentence
    'response_tokens is at least 2048'
    >>> str(Filter("source", "in", "web~forum", enabled=False))
    'source~!in~web~forum'
    """

    column: str
    op: str
    value: str = ""
    enabled: bool = True

    def __post_init__(self) -> None:
        if self.op not in OPERATORS:
            raise ViewError(
                f"Unknown operator {self.op!r} in a filter on {self.column!r}; known: {', '.join(OPERATORS)}."
            )
        if not self.column:
            raise ViewError(f"A filter with {self.op!r} names no column; expected column~operator~value.")
        if self.op == "re":
            check_pattern(self.value)
        if self.op in SEARCHES and len(self.value) > MAX_SEARCH_CHARS:
            raise ViewError(
                f"The text to look for has {len(self.value):,} characters; at most {MAX_SEARCH_CHARS:,} are searched."
            )
        if OPERATORS[self.op].takes == "nothing":
            object.__setattr__(self, "value", "")

    @classmethod
    def parse(cls, text: str) -> Filter:
        """Reads `column~operator~value`. Raises ViewError where it is none.

        >>> Filter.parse("response_tokens~ge~2048")
        Filter(column='response_tokens', op='ge', value='2048', enabled=True)
        """
        parts = text.split("~", 2)
        if len(parts) < 2 or not parts[0]:
            raise ViewError(
                f"Cannot read the filter {text[:200]!r}; expected column~operator~value, such as score~ge~4."
            )
        op = parts[1].removeprefix("!")
        value = parts[2] if len(parts) == 3 else ""
        operator = OPERATORS.get(op)
        value = value if operator and operator.takes in JOINED else unquote(value)
        return cls(unquote(parts[0]), op, value, enabled=not parts[1].startswith("!"))

    def __str__(self) -> str:
        """As it is written in a URL, on the command line, in a saved view and in a receipt."""
        value = self.value if OPERATORS[self.op].takes in JOINED else quote(self.value)
        text = f"{quote(self.column)}~{'' if self.enabled else '!'}{self.op}"
        return text if OPERATORS[self.op].takes == "nothing" else f"{text}~{value}"

    @property
    def sentence(self) -> str:
        """For people: "response_tokens is at least 2048"."""
        column = "any text" if self.column == ANY_TEXT else self.column
        return OPERATORS[self.op].words.format(c=column, v=self._value_in_words())

    @property
    def opposite(self) -> Filter | None:
        """The filter that keeps exactly the rows that this one leaves out; None where no operator does that."""
        return replace(self, op=OPPOSITES[self.op]) if self.op in OPPOSITES else None

    def _value_in_words(self) -> str:
        takes = OPERATORS[self.op].takes
        if takes == "range":
            low, _, high = self.value.partition("~")
            if low and high:
                return f"from {unquote(low)} to under {unquote(high)}"
            if not low and not high:
                return "anything"
            return f"at least {unquote(low)}" if low else f"under {unquote(high)}"
        if takes == "area":
            return f"{self.value.count(';') + 1} corners"
        if takes == "list":
            title, *values = split_values(self.value)
            return f"the {count(len(values))} {title}"
        if takes == "many":
            values = [value or "“”" for value in split_values(self.value)]
            shown = ", ".join(values[:3])
            return shown if len(values) <= 3 else f"{shown} or {len(values) - 3} more"
        return f"“{self.value}”" if self.op in SEARCHES or not self.value else self.value

    def expr(self, dtype: pl.DataType) -> pl.Expr:
        """A Boolean expression, never null, on a column of this type. Raises ViewError where it does not fit."""
        kind = kind_of(dtype)
        operator = OPERATORS[self.op]
        if kind not in operator.kinds:
            fitting = ", ".join(name for name, candidate in OPERATORS.items() if kind in candidate.kinds)
            raise ViewError(f"{self.column} holds {kind} values, which {self.op!r} does not fit; fitting: {fitting}.")
        column = pl.col(self.column)
        asked = column.fill_nan(None) if dtype.is_float() else column  # not-a-number is no number, so it is missing
        return operator.meaning(Asked(asked, self.value, kind, dtype, self.column)).fill_null(False)


@dataclass(frozen=True)
class View:
    """Filters joined by "and"; an empty view is every row. Immutable: each change is a new View.

    >>> view = View().where("score", "ge", 4).where("response", "nothas", "as an AI")
    >>> view.sentence
    'score is at least 4 and response does not contain “as an AI”'
    """

    filters: tuple[Filter, ...] = ()

    def __iter__(self) -> Iterator[Filter]:
        return iter(self.filters)

    def where(self, column: str, op: str, value: object = "") -> View:
        """This view with one more filter; a filter that it has already is not added again.

        >>> View().where("score", "ge", 4).where("score", "ge", 4).to_params()
        ['score~ge~4']
        """
        new = Filter(column, op, str(value))
        return self if new in self.filters else replace(self, filters=(*self.filters, new))

    def listing(self, title: str, ids: Iterable[str]) -> View:
        """This view with the rows of these ids, in this order, instead of those listed before.

        `title` says what they are, after their number: "most like row 3f".
        """
        kept = View(tuple(f for f in self.filters if f.op != "listed"))
        return kept.where(ROW_ID, "listed", join_values([title, *ids]))

    @property
    def listed(self) -> list[str]:
        """The row ids of the latest active list, in its order; none where no filter lists any."""
        lists = [split_values(f.value)[1:] for f in self.active if (f.column, f.op) == (ROW_ID, "listed")]
        return lists[-1] if lists else []

    @property
    def is_short_enough(self) -> bool:
        """Whether it can be read again: a longer one fits no URL."""
        return sum(map(len, self.to_params())) <= MAX_VIEW_CHARS

    def narrowed(self, column: str, op: str, value: object = "") -> View:
        """This view with the column's filters of the same operator replaced by this one: a selection in a chart.

        >>> View().where("source", "in", "web").narrowed("source", "in", "forum").to_params()
        ['source~in~forum']
        """
        kept = tuple(f for f in self.filters if not (f.column == column and f.op == op))
        return View(kept).where(column, op, value)

    def without(self, index: int) -> View:
        """This view without its filter number `index`."""
        return View(self.filters[:index] + self.filters[index + 1 :])

    def without_column(self, column: str) -> View:
        """This view without the filters on `column`: what a chart of that column counts.

        >>> View.from_params(["score~ge~4", "source~in~web"]).without_column("score").to_params()
        ['source~in~web']
        """
        return View(tuple(f for f in self.filters if f.column != column))

    def toggled(self, index: int) -> View:
        """This view with filter number `index` switched off, or on again."""
        filters = list(self.filters)
        filters[index] = replace(filters[index], enabled=not filters[index].enabled)
        return View(tuple(filters))

    @property
    def active(self) -> tuple[Filter, ...]:
        return tuple(f for f in self.filters if f.enabled)

    def columns(self) -> set[str]:
        """The columns of the filters, switched-off ones too: the signals that add them must be computed.

        >>> sorted(View.from_params(["score~ge~4", "source~in~web", "*~has~poem"]).columns())
        ['score', 'source']
        """
        return {f.column for f in self.filters} - {ANY_TEXT}

    @property
    def sentence(self) -> str:
        return " and ".join(f.sentence for f in self.active) or "all rows"

    def to_params(self) -> list[str]:
        """The filters as text, for repeated `f=` parameters of a URL and for `--where`.

        >>> View().where("source", "eq", "a~b").to_params()
        ['source~eq~a%7Eb']
        """
        return [str(f) for f in self.filters]

    @classmethod
    def from_params(cls, params: Iterable[str]) -> View:
        """The inverse of `to_params`. Raises ViewError where one cannot be read.

        >>> View.from_params(["score~ge~4", "source~!in~web~forum"]).sentence
        'score is at least 4'
        """
        texts = list(params)
        if (size := sum(map(len, texts))) > MAX_VIEW_CHARS:
            raise ViewError(f"The view has {size:,} characters; at most {MAX_VIEW_CHARS:,} are read.")
        return cls(tuple(Filter.parse(text) for text in texts))
