"""Which conditions can a filter put on a column? The table of operators, and the meaning of each."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from analysis.errors import ViewError
from analysis.joined_values import split_values
from analysis.view.areas import is_inside

MAX_CORNERS = 1_000
WIDEST = 2**126  # below what the widest column of whole numbers can hold
MAX_SEARCH_CHARS = 5_000  # a longer text compiles to more than the engine's 10 MB

Kind = Literal["number", "text", "bool", "time", "list", "messages", "place", "other"]
Takes = Literal["nothing", "one", "range", "many", "list", "area"]


@functools.cache
def kind_of(dtype: pl.DataType) -> Kind:
    """The kind of a column of this type: it decides which operators fit.

    >>> kind_of(pl.Float64()), kind_of(pl.List(pl.String)), kind_of(pl.Date())
    ('number', 'list', 'time')
    """
    if isinstance(dtype, pl.Struct) and [field.name for field in dtype.fields] == ["x", "y"]:
        return "place"
    if isinstance(dtype, pl.List | pl.Array):
        if not isinstance(dtype.inner, pl.Struct):
            return "list"
        return "messages" if any(field.name == "content" for field in dtype.inner.fields) else "other"
    if dtype == pl.Boolean:
        return "bool"
    if dtype.is_temporal():
        return "other" if dtype == pl.Duration else "time"
    if dtype.is_numeric():
        return "number"
    return "text" if dtype in (pl.String, pl.Categorical, pl.Enum) else "other"


def _number(value: str, column: str) -> int | float:
    """A whole number stays exact as long as a column can hold it."""
    try:
        number = float(value)
    except ValueError:
        raise ViewError(f"{column} is a number, {value!r} is not; write a number such as 2048.") from None
    if number.is_integer() and abs(number) < WIDEST:
        return int(number) if "." in value or "e" in value.lower() else int(value)
    return number


def _time(value: str, dtype: pl.DataType, column: str) -> datetime | time:
    """A time of day for a column of such; otherwise a moment in UTC, without a zone where the column has none."""
    try:
        moment = time.fromisoformat(value) if dtype == pl.Time else datetime.fromisoformat(value)
    except ValueError:
        shape = "12:30" if dtype == pl.Time else "2024-05-31 or 2024-05-31T12:30"
        raise ViewError(f"{column} is a time, {value!r} is not; write a time such as {shape}.") from None
    if isinstance(moment, time):
        return moment
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if isinstance(dtype, pl.Datetime) and dtype.time_zone else moment.replace(tzinfo=None)


def _literal(value: str, kind: Kind, dtype: pl.DataType, column: str) -> pl.Expr:
    """`value` in the type of the column, so that a comparison needs no cast of the column."""
    if kind == "number":
        return pl.lit(_number(value, column))
    if kind == "bool":
        if value.lower() not in ("true", "false"):
            raise ViewError(f"{column} is true or false, {value!r} is neither; write true or false.")
        return pl.lit(value.lower() == "true")
    if kind == "time":
        moment = pl.lit(_time(value, dtype, column))
        zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
        return moment.dt.convert_time_zone(zone) if zone else moment
    return pl.lit(value)


class Asked(NamedTuple):
    """The argument of an operator's meaning: the column as an expression, its kind and type, and the filter's value."""

    expr: pl.Expr
    value: str
    kind: Kind
    dtype: pl.DataType
    column: str

    def literal(self, value: str | None = None) -> pl.Expr:
        return _literal(self.value if value is None else value, self.kind, self.dtype, self.column)

    def any_text(self, test: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
        """`test` on a text; on a chat, whether any text of any message passes it; on a list, any entry."""
        if self.kind == "messages" and isinstance(self.dtype, pl.List) and isinstance(self.dtype.inner, pl.Struct):
            texts = [
                field.name for field in self.dtype.inner.fields if field.dtype == pl.String and field.name != "role"
            ]
            passes = pl.any_horizontal(test(pl.element().struct.field(name)).fill_null(False) for name in texts)
            return self.expr.list.eval(passes).list.any()
        if self.kind == "list":
            return self.expr.list.eval(test(pl.element().cast(pl.String))).list.any()
        return test(self.expr if self.dtype == pl.String else self.expr.cast(pl.String))


class Operator(NamedTuple):
    """One row of the table: words for people, what value it takes, which kinds of column, its meaning."""

    words: str
    takes: Takes
    kinds: tuple[Kind, ...]
    meaning: Callable[[Asked], pl.Expr]


def _in_range(a: Asked) -> pl.Expr:
    bounds = split_values(a.value)
    if len(bounds) != 2:
        raise ViewError(f"A range of {a.column} needs two bounds, {a.value!r} has {len(bounds)}; write 10~20 or 10~.")
    low, high = bounds
    inside = pl.lit(True) if low or high else a.expr.is_not_null()
    if low:
        inside = inside & (a.expr >= a.literal(low))
    return inside & (a.expr < a.literal(high)) if high else inside


def _one_of(a: Asked) -> pl.Expr:
    values = split_values(a.value)
    if a.kind == "list":
        return a.expr.list.eval(pl.element().cast(pl.String).is_in(values)).list.any()
    if a.kind == "number":
        numbers = [_number(value, a.column) for value in values]
        if not a.dtype.is_integer():
            return a.expr.cast(pl.Float64).is_in([float(number) for number in numbers])
        whole = [number for number in numbers if isinstance(number, int)]
        return a.expr.cast(pl.Int128).is_in(pl.Series(whole, dtype=pl.Int128).implode())
    return a.expr.cast(pl.String).is_in([value.lower() for value in values] if a.kind == "bool" else values)


def _listed(a: Asked) -> pl.Expr:
    """One of the values after the first; the first is the title of the list."""
    return a.expr.cast(pl.String).is_in(split_values(a.value)[1:])


def _holds(a: Asked) -> pl.Expr:
    """Case is ignored in texts; a list holds exactly that entry."""
    if a.kind == "list":
        return a.expr.list.eval(pl.element().cast(pl.String) == a.value).list.any()
    return a.any_text(lambda text: text.str.contains(search_pattern("has", a.value)))


def _blank(a: Asked) -> pl.Expr:
    """Missing, or nothing but white space."""
    return a.expr.is_null() | ~a.any_text(lambda text: text.str.contains(r"\S")).fill_null(False)


def corners_of(value: str) -> list[tuple[float, float]]:
    """The corners of an area written `x,y;x,y;x,y`. Raises ViewError where it is none."""
    texts = value.split(";")
    corners = [corner for corner in map(_corner, texts) if corner]
    if len(corners) < len(texts) or not 3 <= len(corners) <= MAX_CORNERS:
        raise ViewError(
            f"Cannot read the area {value[:100]!r}; write from 3 to {MAX_CORNERS:,} corners such as 0,0;4,0;4,3."
        )
    return corners


def _corner(text: str) -> tuple[float, float] | None:
    """A corner written `x,y`; None where it is not two finite numbers."""
    x, _, y = text.partition(",")
    try:
        corner = float(x), float(y)
    except ValueError:
        return None
    return corner if all(map(math.isfinite, corner)) else None


def _within(a: Asked) -> pl.Expr:
    corners = np.array(corners_of(a.value))

    def inside(places: pl.Series) -> pl.Series:
        x, y = (places.struct.field(axis).cast(pl.Float64).fill_null(math.nan).to_numpy() for axis in "xy")
        return pl.Series(places.name, is_inside(x, y, corners))

    return a.expr.map_batches(inside, return_dtype=pl.Boolean, is_elementwise=True)


def literal_pattern(text: str) -> str:
    """`text` as a pattern of Polars' regular expressions that matches just this text."""
    return "".join(f"\\{c}" if c in r"\.+*?()|[]{}^$#&-~" else c for c in text)


def search_pattern(op: str, value: str) -> str:
    """The regular expression that `has`, `word` and `re` look for; for highlighting the hits.

    A word ends where no letter, digit or underscore follows, so that "C++" is one. A line break or a quotation mark is
    looked for as it is written in JSON too, since nested values are kept as JSON.
    """
    if op == "re":
        return value
    in_json = json.dumps(value, ensure_ascii=False)[1:-1]
    literal = "|".join(map(literal_pattern, dict.fromkeys((value, in_json))))
    return rf"(?i)\b{{start-half}}(?:{literal})\b{{end-half}}" if op == "word" else f"(?i)(?:{literal})"


_ORDERED: tuple[Kind, ...] = ("number", "time", "text")
_SCALAR: tuple[Kind, ...] = ("number", "text", "bool", "time")
_TEXTS: tuple[Kind, ...] = ("text", "messages", "list")
_ANY: tuple[Kind, ...] = ("number", "text", "bool", "time", "list", "messages", "place", "other")

# One line per operator: its name in the URL, its words, its value, the columns it fits, its meaning.
OPERATORS: dict[str, Operator] = {
    "eq": Operator("{c} is {v}", "one", _SCALAR, lambda a: a.expr == a.literal()),
    "ne": Operator("{c} is not {v}", "one", _SCALAR, lambda a: a.expr.ne_missing(a.literal())),
    "ge": Operator("{c} is at least {v}", "one", _ORDERED, lambda a: a.expr >= a.literal()),
    "gt": Operator("{c} is over {v}", "one", _ORDERED, lambda a: a.expr > a.literal()),
    "le": Operator("{c} is at most {v}", "one", _ORDERED, lambda a: a.expr <= a.literal()),
    "lt": Operator("{c} is under {v}", "one", _ORDERED, lambda a: a.expr < a.literal()),
    "range": Operator("{c} is {v}", "range", _ORDERED, _in_range),
    "outside": Operator("{c} is not {v}", "range", _ORDERED, lambda a: ~_in_range(a).fill_null(False)),
    "in": Operator("{c} is {v}", "many", (*_SCALAR, "list"), _one_of),
    "notin": Operator("{c} is not {v}", "many", (*_SCALAR, "list"), lambda a: ~_one_of(a).fill_null(False)),
    "listed": Operator("{c} is among {v}", "list", ("text",), _listed),
    "has": Operator("{c} contains {v}", "one", _TEXTS, _holds),
    "nothas": Operator("{c} does not contain {v}", "one", _TEXTS, lambda a: ~_holds(a).fill_null(False)),
    "word": Operator(
        "{c} contains the word {v}",
        "one",
        ("text", "messages"),
        lambda a: a.any_text(lambda text: text.str.contains(search_pattern("word", a.value))),
    ),
    "re": Operator(
        "{c} matches {v}", "one", ("text", "messages"), lambda a: a.any_text(lambda text: text.str.contains(a.value))
    ),
    "within": Operator("{c} lies in the drawn area ({v})", "area", ("place",), _within),
    "apart": Operator(
        "{c} lies outside the drawn area ({v})", "area", ("place",), lambda a: ~_within(a).fill_null(False)
    ),
    "null": Operator("{c} is missing", "nothing", _ANY, lambda a: a.expr.is_null()),
    "notnull": Operator("{c} is there", "nothing", _ANY, lambda a: a.expr.is_not_null()),
    "blank": Operator("{c} is empty", "nothing", _TEXTS, _blank),
    "notblank": Operator("{c} is not empty", "nothing", _TEXTS, lambda a: ~_blank(a)),
}

_PAIRS = (
    ("eq", "ne"),
    ("range", "outside"),
    ("in", "notin"),
    ("has", "nothas"),
    ("null", "notnull"),
    ("blank", "notblank"),
    ("within", "apart"),
)
# For each operator the one that keeps exactly the other rows, also those with missing values.
OPPOSITES = {**dict(_PAIRS), **{no: yes for yes, no in _PAIRS}}


def check_pattern(pattern: str) -> None:
    """Raises ViewError where Polars cannot read the regular expression, with the reason that it gives."""
    if not pattern:
        raise ViewError("The regular expression is empty; write a pattern such as \\bsorry\\b.")
    try:
        pl.select(pl.lit("").str.contains(pattern))
    except pl.exceptions.ComputeError as error:
        lines = str(error).split("\n")
        reason = next((line for line in lines if line.startswith("error: ")), lines[0])
        reason = reason.rpartition("error: ")[2].strip().rstrip(".")
        raise ViewError(
            f"Cannot read the regular expression {pattern[:200]!r}: {reason}; write it another way."
        ) from None
