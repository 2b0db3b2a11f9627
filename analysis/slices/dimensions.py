"""What can rows be cut by? A column and a way of cutting it: by value, by quantile, or by hour, day, week or month.

In an address and on the command line a dimension is the column's name, cut in the way that fits its type, or
`column:cut`, such as `moment:week` or `response_tokens:quantile4`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.folder import BY_PEOPLE, CANONICAL, PLACE, TAGS, TEXTS
from analysis.dataset.rows import FEW_VALUES
from analysis.errors import SlicingError
from analysis.map.clusters_signal import LEVELS
from analysis.signal import ROW_ID
from analysis.statistics.counting import extent
from analysis.view.operators import Kind, kind_of

BY_VALUE = "value"
QUANTILES = {"quantile4": 4, "quantile5": 5, "quantile10": 10}
BUCKETS = {"hour": "1h", "day": "1d", "week": "1w", "month": "1mo"}
CUTS = (BY_VALUE, *QUANTILES, *BUCKETS)
FITTING: dict[Kind, tuple[str, ...]] = {
    "text": (BY_VALUE,),
    "bool": (BY_VALUE,),
    "list": (BY_VALUE,),
    "number": (BY_VALUE, *QUANTILES),
    "time": tuple(BUCKETS),
    "messages": (),
    "place": (),
    "other": (),
}
NAMING_ROLES = ("source", "annotator", "language", "label", "split", "group", "session", "item")
"""Roles whose numbers are names, not quantities; the first six are proposed first."""
POSITIONS = ("map_x", "map_y", "is_placed", "first_equal_row")
NAMING_ENDS = ("_group", "_id", "cluster")  # columns with these endings hold names of groups, whatever their type


@dataclass(frozen=True)
class Dimension:
    """A column and how it is cut; an empty `cut` means the way that fits the column."""

    column: str
    cut: str = ""

    def __str__(self) -> str:
        return f"{self.column}:{self.cut}" if self.cut else self.column


def types_of(dataset: Dataset) -> dict[str, pl.DataType]:
    """Every column with values, and its type: those of the source, canonical and computed columns, tags.

    Computed columns of a text that the dataset does not have, such as `rejected_tokens`, are left out, and so are
    positions on the map and row numbers, which do not describe a row.
    """
    schema = dataset.schema
    absent = tuple(f"{role}_" for role in TEXTS if role not in dataset.canonical)
    return {
        name: schema[name]
        for name in dataset.shown_columns
        if name in dataset.originals or name in PLACE or not (name.startswith(absent) or name in POSITIONS)
    }


def is_name(dataset: Dataset, column: str) -> bool:
    """Whether the column's values, also numbers, are names and not quantities."""
    roles = {dataset.role(role) for role in (*NAMING_ROLES, "key")}
    return column in roles or column.lower().endswith(NAMING_ENDS) or column.lower() == "id"


def dimension(dataset: Dataset, text: str) -> Dimension:
    """Parses `column` or `column:cut`. Raises SlicingError where the column is missing or cannot be cut in this way."""
    types = types_of(dataset)
    column, colon, cut = text.rpartition(":")
    if text in types or not colon or cut not in CUTS:
        column, cut = text, ""
    if column not in types:
        possible = ", ".join(map(str, choices(dataset))) or "none"
        raise SlicingError(f"{dataset.name} has no column {column!r} to cut by; it can be cut by: {possible}.")
    check(dataset, by := Dimension(column, cut))
    return by


def check(dataset: Dataset, by: Dimension) -> None:
    """Raises SlicingError where a column of this type cannot be cut in this way."""
    dtype = types_of(dataset)[by.column]
    fitting = cuts(dtype)
    if not fitting:
        raise SlicingError(f"{by.column} holds {dtype} values, which cannot be cut; choose another column.")
    if by.cut and by.cut not in fitting:
        raise SlicingError(f"{by.column} cannot be cut by {by.cut}; it can be cut by: {', '.join(fitting)}.")


def cuts(dtype: pl.DataType) -> tuple[str, ...]:
    """The ways a column of this type can be cut; none for messages, durations, times of day, structs and vectors."""
    if dtype == pl.Time or isinstance(dtype, pl.Array):
        return ()
    if isinstance(dtype, pl.List) and kind_of(pl.Series([], dtype=dtype.inner).dtype) not in ("text", "number", "bool"):
        return ()
    fitting = FITTING[kind_of(dtype)]
    return tuple(cut for cut in fitting if cut != "hour") if dtype == pl.Date else fitting


def choices(dataset: Dataset) -> list[Dimension]:
    """The dimensions to propose, most useful first; reads no column except those counted for the facets.

    Roles (source, annotator, language, label, split, group), tags where any row has one, other columns with few values,
    clusters, computed Booleans and texts, times, numbers (by quantile, where they are quantities).
    """
    types = types_of(dataset)
    roles = [column for column in map(dataset.role, NAMING_ROLES[:6]) if column in types]
    tags = [name for name in TAGS if name in types and bool((dataset.column(name).list.len() > 0).any())]
    few = [name for name in dataset.categories if not _measures(types[name])]
    excluded = {ROW_ID, *TEXTS, *PLACE, *BY_PEOPLE, *(set(CANONICAL) - set(dataset.originals))}
    computed = [name for name in types if name not in excluded and name not in dataset.originals]
    clusters = [name for name in LEVELS if name in computed]
    flags = [name for name in (*computed, *dataset.originals) if types[name] == pl.Boolean]
    named = [name for name in computed if types[name] == pl.String]
    times = [name for name in (*computed, *dataset.originals) if cuts(types[name]) and kind_of(types[name]) == "time"]
    scored = [name for name in ("score", "n_turns") if name in dataset.canonical]
    numbers = [
        name
        for name in (*scored, *computed, *dataset.originals)
        if _measures(types[name]) and not is_name(dataset, name)
    ]
    columns = [*roles, *tags, *few, *clusters, *flags, *named, *times, *numbers]
    return [Dimension(str(name)) for name in dict.fromkeys(columns)]


def _measures(dtype: pl.DataType) -> bool:
    return kind_of(dtype) == "number"


def fitting_cut(dataset: Dataset, by: Dimension) -> str:
    """How the column is cut by default: numbers of more than fifty values by quartile, times by their span.

    A span of at most three days is cut by hour, of three months by day, of two years by week, a longer span by month.
    """
    if by.cut:
        return by.cut
    dtype = types_of(dataset)[by.column]
    values = dataset.column(by.column)
    if kind_of(dtype) == "time":
        first, last = extent(values.cast(pl.Datetime("us")))
        span = (last - first).days if first else 0
        fits = (("hour", 3), ("day", 92), ("week", 731))
        return next((cut for cut, most in fits if span <= most and cut in cuts(dtype)), "month")
    if kind_of(dtype) == "number" and not is_name(dataset, by.column) and values.n_unique() > FEW_VALUES:
        return "quantile4"
    return BY_VALUE
