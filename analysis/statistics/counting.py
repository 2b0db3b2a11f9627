"""Cheap tables of the rows in view: histograms, percentiles, counts by value, boxes by group, densities.

Nothing here is stored. Values are put into numbered bins once for the whole dataset, so that counting any view of them
is one pass over small integers.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

MISSING = "(missing)"
BOX = (0.05, 0.25, 0.5, 0.75, 0.95)
COUNTED_WIDTH = 1 << 22  # whole numbers in a range of at most this are counted, which is faster than sorting
SKEWED = 20  # a scale is logarithmic where the 99th percentile is more than this many medians
PERCENTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def other(count: int) -> str:
    """The name of the group of all values that a table of the largest leaves out."""
    return f"(other {count:,})"


def linear_edges(values: pl.Series, bins: int = 40) -> list[float]:
    """Edges of about `bins` equal bins of a round width (1, 2 or 5 times a power of ten) over all values.

    >>> linear_edges(pl.Series([1, 4, 9]), bins=4)
    [0, 2, 4, 6, 8, 10]
    """
    low, high = _finite_extent(values)
    width = max(high / bins - low / bins or 1.0, max(abs(low), abs(high)) * 1e-14, 1e-300)  # floats have no finer steps
    width = min(width, sys.float_info.max)
    scale = 10.0 ** math.floor(math.log10(width))
    step = next(m * scale for m in (1, 2, 5, 10) if m * scale >= width * 0.999)
    step = step if math.isfinite(step) else width  # no finite round number is above it
    if values.dtype.is_integer():
        step = max(1.0, round(step))
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.floor(low / step), math.floor(high / step) + 1
    first -= round(first * step, digits) > low  # a quotient may have been rounded up or down to a whole number
    last += round(last * step, digits) <= high
    return [round(i * step, digits) for i in range(first, last + 1)]


def log_edges(values: pl.Series, per_decade: int = 12) -> list[float]:
    """Edges that grow by equal factors, beginning with the bin of the smallest value; below 1 there is one bin, [0, 1).

    For values of at least 0. Edges of integers are whole numbers.
    """
    low, high = _finite_extent(values)
    grown = [10 ** (i / per_decade) for i in range(math.ceil(math.log10(max(high, 1) + 1) * per_decade) + 1)]
    rounded = [float(round(e)) if values.dtype.is_integer() or e >= 100 else round(e, 2) for e in grown]
    edges = [0.0, *dict.fromkeys(rounded)]
    if edges[-1] <= high:
        edges.append(edges[-1] * 10 ** (1 / per_decade))
    first = sum(edge <= low for edge in edges) - 1
    return edges[max(first, 0) :]


def extent(values: pl.Series) -> tuple[Any, Any]:
    """The smallest and the largest value; None and None where there are no values."""
    return values.min(), values.max()


def _finite_extent(values: pl.Series) -> tuple[float, float]:
    low, high = extent(values.filter(values.is_finite()) if values.dtype.is_float() else values)
    return float(low or 0), float(high or 0)


def bin_numbers(values: pl.Series, edges: Sequence[float]) -> pl.Series:
    """The number of each value's bin (UInt16, 0 for the first); null for null, not-a-number and outside the edges.

    >>> bin_numbers(pl.Series([1, 4, 9, None]), [0, 5, 10]).to_list()
    [0, 0, 1, None]
    """
    positions = np.searchsorted(np.asarray(edges), values.to_numpy(), side="right") - 1
    inside = values.is_not_null() & pl.Series((positions >= 0) & (positions < len(edges) - 1))
    numbers = pl.Series(values.name, positions.clip(0, len(edges) - 2), dtype=pl.UInt16)
    return numbers.set(~inside, None) if not inside.all() else numbers


def count_bins(numbers: pl.Series, bins: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Rows per bin, `bins` whole numbers; nulls are in none.

    >>> count_bins(pl.Series([0, 0, 1, None], dtype=pl.UInt16), 3).tolist()
    [2, 1, 0]
    """
    return np.bincount(numbers.drop_nulls().to_numpy(), minlength=bins)


def on_common_edges(left: pl.Series, right: pl.Series) -> pl.DataFrame | None:
    """Rows per bin of two columns of numbers on the same edges: `low`, `high`, `left_rows`, `right_rows`.

    Logarithmic where all values are at least 0 and the largest hundredth is far above the rest. None without values.
    """
    both = pl.concat([side.cast(pl.Float64).fill_nan(None) for side in (left, right)]).drop_nulls()
    both = both.filter(both.is_finite())
    if both.is_empty():
        return None
    middle, most = (value or 0.0 for value in percentiles(both, (0.5, 0.99)))
    whole = left.dtype.is_integer() and right.dtype.is_integer()
    log = extent(both)[0] >= 0 and most > SKEWED * max(middle, 1e-9)
    values = both.cast(pl.Int64) if whole else both
    edges = log_edges(values) if log else linear_edges(values)
    counted = {
        name: count_bins(bin_numbers(side.cast(pl.Float64), edges), len(edges) - 1)
        for name, side in (("left_rows", left), ("right_rows", right))
    }
    return pl.DataFrame({"low": edges[:-1], "high": edges[1:], **counted})


def density(x: pl.Series, y: pl.Series, x_bins: int, y_bins: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Rows per pair of bins, shape (y_bins, x_bins); rows with a null on either side are not counted."""
    pairs = pl.DataFrame({"x": x.cast(pl.UInt32), "y": y.cast(pl.UInt32)}).drop_nulls()
    flat = (pairs["y"] * x_bins + pairs["x"]).to_numpy()
    return np.bincount(flat, minlength=x_bins * y_bins).reshape(y_bins, x_bins)


def percentiles(values: pl.Series, shares: Sequence[float] = PERCENTILES) -> list[float | None]:
    """The values at these shares of the sorted values, by nearest rank; nulls do not count. None without values.

    >>> percentiles(pl.Series([1, 2, 3, 4, None]), (0.0, 0.5, 1.0))
    [1.0, 2.0, 4.0]
    """
    present = values.drop_nulls().drop_nans() if values.dtype.is_float() else values.drop_nulls()
    if present.is_empty():
        return [None] * len(shares)
    ranks = [max(math.ceil(round(share * len(present), 9)), 1) for share in shares]
    if counted := _counted(present):
        low, counts = counted
        return [float(low + offset) for offset in np.searchsorted(counts.cumsum(), ranks)]
    ordered = present.sort()
    return [float(ordered[rank - 1]) for rank in ranks]


def _counted(values: pl.Series) -> tuple[int, np.ndarray[tuple[int], np.dtype[np.int64]]] | None:
    """The smallest of some whole numbers, and how often it and each number after it occur; None for too wide a range.

    Ten times as fast as sorting a million lengths.
    """
    if not values.dtype.is_integer():
        return None
    low, high = extent(values)
    if low >= 0 and high <= COUNTED_WIDTH:
        return 0, np.bincount(values.to_numpy())
    return None if high - low > COUNTED_WIDTH else (low, np.bincount((values.cast(pl.Int64) - low).to_numpy()))


def _named(values: pl.Series) -> pl.Series:
    """Values as a chart names them: a score of 3.0 among whole scores is "3"."""
    whole = values.dtype.is_float() and bool((values.drop_nulls() % 1 == 0).all())
    return (values.cast(pl.Int64, strict=False) if whole else values).cast(pl.String)


def count_values(values: pl.Series, limit: int = 12) -> pl.DataFrame:
    """Rows per value, largest first: columns `value` String, `rows`, `is_named`.

    All values after the first `limit`, and nulls, come last as "(other n)" and "(missing)"; `is_named` is False here.

        >>> count_values(pl.Series(["b", "a", "b", None, "c"]), limit=1).rows()
        [('b', 2, True), ('(other 2)', 2, False), ('(missing)', 1, False)]
    """
    counts = _named(values).alias("value").value_counts(name="rows").with_columns(pl.col("rows").cast(pl.Int64))
    missing = int(counts.filter(pl.col("value").is_null())["rows"].sum())
    present = counts.drop_nulls("value")
    named = present.sort(["rows", "value"], descending=[True, False]).head(limit)
    left = present.filter(~pl.col("value").is_in(named["value"].implode()))
    rest = [(other(left.height), int(left["rows"].sum()), False)] if left.height else []
    rest += [(MISSING, missing, False)] if missing else []
    schema = {"value": pl.String, "rows": pl.Int64, "is_named": pl.Boolean}
    return pl.concat([named.with_columns(is_named=True), pl.DataFrame(rest, schema=schema, orient="row")])


def line_numbers(values: pl.Series, counted: pl.DataFrame) -> pl.Series:
    """For each value its line in `counted`, which `count_values` made of these values (UInt16, no null)."""
    named = counted.filter("is_named")["value"]
    lines = pl.int_range(len(named), eager=True, dtype=pl.UInt16)
    numbers = _named(values).replace_strict(named, lines, default=len(named), return_dtype=pl.UInt16)
    return numbers.set(values.is_null(), max(counted.height - 1, 0))


def boxes(values: pl.Series, lines: pl.Series, counted: pl.DataFrame) -> pl.DataFrame:
    """Per line of `counted`: `group`, `rows`, `low` (5%), `q1`, `median`, `q3`, `high` (95%), in its order.

    `lines` holds for each value the line that counts its row. Lines without values are left out.
    """
    both = pl.DataFrame({"line": lines, "value": values}).drop_nulls()
    if values.dtype.is_float():
        both = both.filter(pl.col("value").is_not_nan())
    by_line = both.partition_by("line", as_dict=True)
    summaries = []
    for line, group in enumerate(counted["value"]):
        if (part := by_line.get((line,))) is not None:
            summaries.append((group, part.height, *percentiles(part["value"], BOX)))
    schema = {"group": pl.String, "rows": pl.Int64, **dict.fromkeys(("low", "q1", "median", "q3", "high"), pl.Float64)}
    return pl.DataFrame(summaries, schema=schema, orient="row")
