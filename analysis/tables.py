"""Cheap tables of the rows in view: histograms, percentiles, counts by value, boxes by group, densities.

Nothing here is stored. Values are put into numbered bins once for the whole dataset, so that counting any view of them
is one pass over small integers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl

MISSING = "(missing)"
PERCENTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def other(count: int) -> str:
    """The name of the group that holds what a table of the largest leaves out."""
    return f"(other {count:,})"


def linear_edges(values: pl.Series, bins: int = 40) -> list[float]:
    """Edges of about `bins` equal bins of a round width (1, 2 or 5 times a power of ten) over all values."""
    low, high = _extent(values)
    width = (high - low) / bins or 1.0
    scale = 10.0 ** math.floor(math.log10(width))
    step = next(m * scale for m in (1, 2, 5, 10) if m * scale >= width * 0.999)
    if values.dtype.is_integer():
        step = max(1.0, round(step))
    first = math.floor(low / step)
    count = math.floor(high / step) - first + 1
    return [round((first + i) * step, 10) for i in range(count + 1)]


def log_edges(values: pl.Series, per_decade: int = 8) -> list[float]:
    """Edges that grow by equal factors; the first bin is [0, 1). For values of at least 0; whole numbers at integers."""
    _, high = _extent(values)
    grown = [10 ** (i / per_decade) for i in range(math.ceil(math.log10(max(high, 1) + 1) * per_decade) + 1)]
    rounded = [float(round(e)) if values.dtype.is_integer() or e >= 100 else round(e, 2) for e in grown]
    edges = [0.0, *dict.fromkeys(rounded)]
    return edges if edges[-1] > high else [*edges, edges[-1] * 10 ** (1 / per_decade)]


def _extent(values: pl.Series) -> tuple[float, float]:
    finite = values.filter(values.is_finite()) if values.dtype.is_float() else values
    return float(finite.min() or 0), float(finite.max() or 0)  # type: ignore[arg-type]


def bin_numbers(values: pl.Series, edges: Sequence[float]) -> pl.Series:
    """The number of each value's bin (UInt16, 0 for the first); null for null, not-a-number and outside the edges."""
    found = np.searchsorted(np.asarray(edges), values.to_numpy(), side="right") - 1
    inside = values.is_not_null() & pl.Series((found >= 0) & (found < len(edges) - 1))
    numbers = pl.Series(values.name, found.clip(0, len(edges) - 2), dtype=pl.UInt16)
    return numbers.set(~inside, None) if not inside.all() else numbers


def count_bins(numbers: pl.Series, bins: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Rows per bin, `bins` whole numbers; nulls are in none."""
    return np.bincount(numbers.drop_nulls().to_numpy(), minlength=bins)


def density(x: pl.Series, y: pl.Series, x_bins: int, y_bins: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Rows per pair of bins, shape (y_bins, x_bins); rows with a null on either side are in none."""
    pairs = pl.DataFrame({"x": x.cast(pl.UInt32), "y": y.cast(pl.UInt32)}).drop_nulls()
    flat = (pairs["y"] * x_bins + pairs["x"]).to_numpy()
    return np.bincount(flat, minlength=x_bins * y_bins).reshape(y_bins, x_bins)


def percentiles(values: pl.Series, shares: Sequence[float] = PERCENTILES) -> list[float | None]:
    """The values below which these shares of the rows lie (nearest rank), None where there is no value."""
    ordered = values.drop_nulls().sort()
    if ordered.is_empty():
        return [None] * len(shares)
    return [float(ordered[min(round(share * (len(ordered) - 1)), len(ordered) - 1)]) for share in shares]


def count_values(values: pl.Series, limit: int = 12, order: Sequence[str] | None = None) -> pl.DataFrame:
    """Rows per value (columns `value` String, `rows`), largest first, "(other n)" and "(missing)" last.

    With `order`, just these values are named, in this order: that of the whole dataset keeps a chart's rows in place.
    """
    counts = values.cast(pl.String).alias("value").value_counts(name="rows").with_columns(pl.col("rows").cast(pl.Int64))
    missing = int(counts.filter(pl.col("value").is_null())["rows"].sum())
    there = counts.drop_nulls("value")
    if order is None:
        named = there.sort(["rows", "value"], descending=[True, False]).head(limit)
    else:
        named = pl.DataFrame({"value": order}, schema={"value": pl.String}).join(
            there, on="value", how="left", maintain_order="left"
        ).with_columns(pl.col("rows").fill_null(0))  # fmt: skip
    left = there.filter(~pl.col("value").is_in(named["value"].implode()))
    rest = []
    if left.height:
        rest.append({"value": other(left.height), "rows": int(left["rows"].sum())})
    if missing:
        rest.append({"value": MISSING, "rows": missing})
    return pl.concat([named, pl.DataFrame(rest, schema={"value": pl.String, "rows": pl.Int64})])


def boxes(values: pl.Series, groups: pl.Series, limit: int = 12) -> pl.DataFrame:
    """Per group: `group`, `rows`, `low` (5%), `q1`, `median`, `q3`, `high` (95%), largest group first."""
    value = pl.col("value")
    return (
        pl.DataFrame({"group": groups.cast(pl.String).fill_null(MISSING), "value": values})
        .drop_nulls("value")
        .group_by("group")
        .agg(
            pl.len().cast(pl.Int64).alias("rows"),
            *(value.quantile(share).alias(name) for name, share in
              (("low", 0.05), ("q1", 0.25), ("median", 0.5), ("q3", 0.75), ("high", 0.95))),
        )
        .sort(["rows", "group"], descending=[True, False])
        .head(limit)
    )  # fmt: skip
