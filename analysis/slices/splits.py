"""Which slice is each row in? The slices of a dimension over the whole dataset, and the filters that select them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.dataset import Dataset
from analysis.errors import SlicingError
from analysis.joined_values import join_values
from analysis.slices.dimensions import BUCKETS, QUANTILES, Dimension, check, fitting_cut, types_of
from analysis.statistics.counting import MISSING, other
from analysis.view import Filter, View
from analysis.view.operators import kind_of

SHOWN_SLICES = 20
MAX_SLICES = 1000
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Split:
    """A dataset cut into slices: their `names` and, in the same order, the `filters` that select exactly their rows.

    Cut by value, the most frequent values have a slice each, numbers in order, others by rows; the rest is "(other n)"
    and "(missing)" at the end, for which `is_named` is False. Ranges and times are in order. `lines` holds the number
    of each row's slice. For a column of lists, a row is in the slice of each of its entries, so that slices overlap:
    then `entries` holds the row of each entry of `lines`. There, "(missing)" has the rows without an entry, "(other n)"
    those with entries but without a named one.
    """

    dimension: Dimension
    cut: str
    names: tuple[str, ...]
    is_named: tuple[bool, ...]
    filters: tuple[tuple[Filter, ...], ...]
    lines: pl.Series
    entries: pl.Series | None = None

    def among(self, rows: pl.Series) -> tuple[Places | None, Places]:
        """Places among `rows` and the slice of each; the places are None where each row has one slice."""
        if self.entries is None:
            every = len(rows) == len(self.lines)
            return None, (self.lines if every else self.lines.gather(rows)).to_numpy().astype(np.intp)
        entries, wanted = self.entries.to_numpy(), rows.to_numpy()
        places = np.full(int(max(entries.max(initial=0), wanted.max(initial=0))) + 1, -1, dtype=np.intp)
        places[wanted] = np.arange(len(rows))
        positions = places[entries]
        return positions[positions >= 0], self.lines.to_numpy()[positions >= 0].astype(np.intp)

    def excluded(self, number: int) -> tuple[Filter, ...] | None:
        """Filters that select all rows outside a slice; None where filters joined by "and" cannot select them."""
        f, *more = self.filters[number]
        if not more:
            return (f.opposite,) if f.opposite else None
        has_missing = self.names[-1] == MISSING and not self.is_named[-1]
        return None if has_missing else (Filter(f.column, "in", f.value),)


def split(dataset: Dataset, by: Dimension, limit: int = SHOWN_SLICES) -> Split:
    """Cuts the whole dataset; at most `limit` values have a slice each.

    Raises SlicingError where the column is missing, cannot be cut in this way, or has more than 1,000 slices of time.
    """
    if by.column not in types_of(dataset):
        raise SlicingError(f"{dataset.name} has no column {by.column!r} to cut by; choose one of those it has.")
    check(dataset, by)
    cut = fitting_cut(dataset, by)
    values = dataset.column(by.column)
    values = values.fill_nan(None) if values.dtype.is_float() else values
    if isinstance(values.dtype, pl.List):
        return _by_entry(values, by, cut, limit)
    if cut in QUANTILES:
        return _by_range(values, by, cut)
    if cut in BUCKETS:
        return _by_time(values, by, cut)
    return _by_value(values, by, cut, limit)


def applied(split: Split, other: Dataset) -> Split:
    """The same slices over another dataset: each row is in the slices whose filters select it, perhaps in none.

    Raises ViewError where the other dataset lacks the column of a filter or it has another type there, and
    SlicingError where the column is not computed there.
    """
    numbers, rows = [], []
    for line, filters in enumerate(split.filters):
        other.check(View(filters))
        if missing := other.needs(View(filters)):
            raise SlicingError(f"{', '.join(s.name for s in missing)} is not computed for {other.name} yet.")
        chosen = other.rows_of(View(filters))
        rows.append(chosen.cast(pl.UInt32))
        numbers.append(pl.repeat(line, len(chosen), dtype=pl.UInt16, eager=True))
    held = pl.DataFrame({"row": pl.concat(rows), "line": pl.concat(numbers)}).sort("row", "line")
    return replace(split, lines=held["line"], entries=held["row"])


def _by_value(values: pl.Series, by: Dimension, cut: str, limit: int) -> Split:
    counted = values.drop_nulls().alias("value").value_counts(name="rows")
    counted = counted.with_columns(named=pl.col("value").cast(pl.String))
    largest = counted.sort(["rows", "named"], descending=[True, False]).head(limit)
    if kind_of(values.dtype) == "number":
        largest = largest.sort("value")
    left = counted.height - largest.height
    texts = [_written(value) for value in largest["value"]]
    names = texts if kind_of(values.dtype) == "number" and _are_whole(texts) else largest["named"].to_list()
    numbers = pl.int_range(largest.height, eager=True, dtype=pl.UInt16)
    lines = values.replace_strict(largest["value"], numbers, default=len(texts), return_dtype=pl.UInt16)
    filters = [(Filter(by.column, "eq", text),) for text in texts]
    outside = (Filter(by.column, "notin", join_values(texts)), Filter(by.column, "notnull"))
    return _finished(by, cut, names, filters, lines, values.is_null(), [(other(left), outside)] if left else [])


def _are_whole(texts: Sequence[str]) -> bool:
    return all(text.removeprefix("-").isdecimal() for text in texts)


def _written(value: object) -> str:
    """A value as a filter writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _by_entry(values: pl.Series, by: Dimension, cut: str, limit: int) -> Split:
    """Slices that overlap: a row is in the slice of each of its entries; blank entries do not count."""
    rows = pl.DataFrame({"row": pl.int_range(len(values), dtype=pl.UInt32, eager=True), "entry": values})
    texts = rows.explode("entry").with_columns(pl.col("entry").cast(pl.String))
    filled = texts.filter(pl.col("entry").str.contains(r"\S")).unique()
    counted = filled.group_by("entry").len("rows").sort(["rows", "entry"], descending=[True, False])
    named = counted.head(limit).select("entry").with_columns(line=pl.int_range(pl.len(), dtype=pl.UInt16))
    in_named = filled.join(named, on="entry").select("row", "line")
    has_entry, has_named = (
        pl.repeat(False, len(values), eager=True, dtype=pl.Boolean).scatter(of["row"], True)
        for of in (filled, in_named)
    )
    names: list[str] = named["entry"].to_list()
    filters: list[tuple[Filter, ...]] = [(Filter(by.column, "in", join_values([entry])),) for entry in names]
    outside = (Filter(by.column, "notin", join_values(names)), Filter(by.column, "notblank"))
    parts, is_named = [in_named], [True] * len(names)
    for name, mask, chosen in (
        (other(counted.height - len(named)), has_entry & ~has_named, outside),
        (MISSING, ~has_entry, (Filter(by.column, "blank"),)),
    ):
        if mask.any():
            line = pl.lit(len(names), pl.UInt16)
            parts.append(pl.DataFrame({"row": mask.arg_true().cast(pl.UInt32)}).with_columns(line=line))
            names, filters, is_named = [*names, name], [*filters, chosen], [*is_named, False]
    entries = pl.concat(parts).sort("row", "line")
    return Split(by, cut, tuple(names), tuple(is_named), tuple(filters), entries["line"], entries["row"])


def _by_range(values: pl.Series, by: Dimension, cut: str) -> Split:
    """Slices of about equal size, with values of the dataset as bounds; equal values are in one slice."""
    ordered = values.drop_nulls().sort()
    n, groups = len(ordered), QUANTILES[cut]
    bounds = [ordered[math.ceil(i * n / groups)] for i in range(1, groups)] if n >= groups else ordered.to_list()
    bounds = list(dict.fromkeys(b for b in bounds if b > ordered[0]))
    if not bounds and n and ordered[-1] > ordered[0]:  # nearly all rows have the least value
        bounds = [ordered.filter(ordered > ordered[0])[0]]
    texts = [_written(bound) for bound in bounds]
    ranges = list(zip(["", *texts], [*texts, ""], strict=True)) if n else []
    filters = [(Filter(by.column, "range", join_values(pair)),) for pair in ranges]
    filled = values.fill_null(strategy="min").to_numpy()
    lines = np.searchsorted(np.asarray(bounds), filled, "right") if bounds else np.zeros(len(values))
    names = _range_names(bounds, texts, ordered)
    return _finished(by, cut, names, filters, pl.Series(lines, dtype=pl.UInt16), values.is_null())


def _range_names(bounds: list[float], texts: list[str], ordered: pl.Series) -> list[str]:
    """ "0 to 11", "12 to 39", "40 and more" for whole numbers; "under 0.5", "0.5 to under 1.5" for others."""
    if not len(ordered):
        return []
    if not bounds:
        return [f"all {_short(ordered[0])}"]
    if ordered.dtype.is_integer():
        starts, ends = [ordered[0], *bounds], [bound - 1 for bound in bounds]
        spans = [f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in zip(starts, ends, strict=False)]
        return [*spans, f"{bounds[-1]:,} and more"]
    short = [_short(bound) for bound in bounds]
    short = short if len(set(short)) == len(short) else texts
    spans = [f"{a} to under {b}" for a, b in itertools.pairwise(short)]
    return [f"under {short[0]}", *spans, f"{short[-1]} and more"]


def _short(value: float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else f"{value:,}"


def _by_time(values: pl.Series, by: Dimension, cut: str) -> Split:
    """Hours, days, weeks from Monday and months in UTC; only those with rows."""
    zone = values.dtype.time_zone if isinstance(values.dtype, pl.Datetime) else None
    moments = values.dt.convert_time_zone("UTC") if zone else values
    starts = moments.dt.truncate(BUCKETS[cut])
    buckets = starts.drop_nulls().unique().sort()
    if len(buckets) > MAX_SLICES:
        coarser = list(BUCKETS)[list(BUCKETS).index(cut) + 1 :]
        raise SlicingError(
            f"{by.column} by {cut} has {len(buckets):,} slices, at most {MAX_SLICES:,} are shown; "
            f"cut it by {' or '.join(coarser) or 'year, in a column of its own'}."
        )
    ends = buckets.dt.offset_by(BUCKETS[cut])
    filters = [
        (Filter(by.column, "range", join_values([low.isoformat(), high.isoformat()])),)
        for low, high in zip(buckets, ends, strict=True)
    ]
    numbers = pl.int_range(len(buckets), eager=True, dtype=pl.UInt16)
    lines = starts.replace_strict(buckets, numbers, default=None, return_dtype=pl.UInt16)
    return _finished(by, cut, [_time_name(start, cut) for start in buckets], filters, lines, values.is_null())


def _time_name(start: date | datetime, cut: str) -> str:
    day = f"{start:%Y-%m-%d}"
    named = {"hour": f"{start:%Y-%m-%d %H}:00", "day": day, "week": f"week of {day}", "month": day[:7]}
    return named[cut]


def _finished(
    by: Dimension,
    cut: str,
    names: Sequence[str],
    filters: Sequence[tuple[Filter, ...]],
    lines: pl.Series,
    is_missing: pl.Series,
    rest: Sequence[tuple[str, tuple[Filter, ...]]] = (),
) -> Split:
    """The split with "(other n)" after the named slices, where there is one, and "(missing)" at the end."""
    missing = (MISSING, (Filter(by.column, "null"),))
    last = [*rest, missing] if is_missing.any() else list(rest)
    lines = lines.set(is_missing, len(names) + len(rest)) if is_missing.any() else lines
    is_named = (*(True for _ in names), *(False for _ in last))
    return Split(by, cut, (*names, *(n for n, _ in last)), is_named, (*filters, *(f for _, f in last)), lines)
