"""How is a measure distributed in each slice? Rows per bin, with the same edges for all slices."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from analysis.slices.contrasts import Sample, grouped, sample
from analysis.slices.measures import Measured
from analysis.slices.splits import Places, Split
from analysis.statistics.counting import linear_edges, log_edges

SKEWED = 20  # times the median: if more than 1% of the rows exceed this, the scale is logarithmic
LINE = {
    "line": pl.UInt32,
    "name": pl.String,
    "bin": pl.UInt32,
    "low": pl.Float64,
    "high": pl.Float64,
    "label": pl.String,
    "rows": pl.Int64,
    "share": pl.Float64,
}


def distributions(
    rows: pl.Series, split: Split, measured: Measured, bins: int = 40, log: bool | None = None
) -> pl.DataFrame:
    """Rows per bin of a measure in each slice of the rows in view; the edges are those of the whole dataset.

    One line per slice with rows and bin: `line` and `name` of the slice, `bin`, `low` and `high` for numbers, `label`
    for Booleans ("false", "true") and categories, `rows`, and `share` of the slice's rows with a value (null where
    no row has one). The scale is logarithmic where `log` is true; where `log` is None, for skewed values from 0 up.
    """
    places, lines = split.among(rows)
    cut = sample(measured, None if len(rows) == len(measured.codes) else rows.to_numpy()).taken(places)
    slices = len(split.names)
    counts = grouped(measured, cut, lines, slices, 0.0).counts
    lows: list[float | None]
    highs: list[float | None]
    if measured.measure.kind == "number":
        edges = edges_of(measured, bins, log)
        counts = _in_bins(measured, cut, lines, counts, edges)
        labels: list[str | None] = [None] * (len(edges) - 1)
        lows, highs = [*edges[:-1]], [*edges[1:]]
    else:
        labels = [*measured.categories] if measured.measure.kind == "category" else ["false", "true"]
        lows = highs = [None] * len(labels)
    present = np.flatnonzero(np.bincount(lines, minlength=slices))
    width, kept = len(labels), counts[present]
    with np.errstate(all="ignore"):
        share = kept / kept.sum(axis=-1, keepdims=True)
    columns: dict[str, Any] = {
        "line": np.repeat(present, width),
        "name": [split.names[line] for line in present for _ in range(width)],
        "bin": np.tile(np.arange(width), len(present)),
        "low": lows * len(present),
        "high": highs * len(present),
        "label": labels * len(present),
        "rows": kept.ravel().astype(np.int64),
        "share": pl.Series(share.ravel()).fill_nan(None),
    }
    return pl.DataFrame([pl.Series(name, values).cast(LINE[name]) for name, values in columns.items()])


def _in_bins(
    measured: Measured,
    cut: Sample,
    lines: Places,
    counts: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    edges: list[float],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Counts per slice and bin, from counts per slice and level; values are binned where a level holds several."""
    width = len(edges) - 1
    if cut.values is None:
        spread = np.zeros((len(measured.lows), width))
        spread[np.arange(len(measured.lows)), np.searchsorted(edges, measured.lows, side="right") - 1] = 1
        return counts @ spread
    has_value = cut.codes < len(measured.lows)
    bins = np.searchsorted(edges, cut.values[has_value], side="right") - 1
    flat = np.bincount(lines[has_value] * width + bins, minlength=len(counts) * width)
    return flat.reshape(len(counts), width).astype(float)


def edges_of(measured: Measured, bins: int = 40, log: bool | None = None) -> list[float]:
    """Edges of a number's bins over the whole dataset; whole numbers have whole edges."""
    ends = pl.Series([*measured.lows[:1], *measured.highs[-1:]], dtype=pl.Float64)
    whole = measured.values is None and bool((measured.lows % 1 == 0).all()) and bool((ends.abs() < 2**53).all())
    ends = ends.cast(pl.Int64) if whole else ends
    if log is None:
        log = is_skewed(measured)
    if log and bool((ends >= 0).all()):
        return log_edges(ends, max(bins // 5, 1))
    return linear_edges(ends, bins)


def is_skewed(measured: Measured) -> bool:
    """Whether more than 1% of the values exceed twenty times the median; False where a value is negative."""
    levels = len(measured.lows)
    counts = np.bincount(measured.codes.to_numpy(), minlength=levels + 1)[:levels].cumsum()
    if not levels or measured.lows[0] < 0:
        return False
    half, most = (np.searchsorted(counts, part * counts[-1]) for part in (0.5, 0.99))
    return bool(measured.lows[most] > SKEWED * measured.lows[half])
