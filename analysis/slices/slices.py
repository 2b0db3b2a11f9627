"""How does each slice of the rows in view differ from their rest?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.errors import SlicingError
from analysis.slices.contrasts import Groups, contrast, grouped, medians, sample, total, verdicts
from analysis.slices.measures import Measured
from analysis.slices.splits import MAX_SLICES, Places, Split
from analysis.statistics.effects import FALSE_DISCOVERIES, MIN_ROWS, adjusted
from analysis.view import Filter

FIGURES = (
    "mean",
    "median",
    "rest_mean",
    "difference",
    "low",
    "high",
    "effect",
    "effect_low",
    "effect_high",
    "p",
    "surprise",
    "commonest_share",
)
CELL = {
    "slice": pl.UInt32,
    "measure": pl.String,
    "rows": pl.Int64,
    **dict.fromkeys(FIGURES, pl.Float64),
    "commonest": pl.String,
    "verdict": pl.String,
}


@dataclass(frozen=True)
class SliceTable:
    """The rows in view by slice.

    `slices` has a line per slice with rows, largest surprise first: its number `slice`, its names `a` and `b` (null for
    one dimension), `a_line` and `b_line` (their natural order), `is_named` (False for "(other n)" and "(missing)"),
    `rows`, `share` of the rows in view, `tokens` (null where not counted), `surprise` and `surprising`, the measure
    with the largest surprise.

    `cells` has a line per slice and measure: `rows` with a value, `mean` (for a share the share, for a category the
    share of the dataset's most frequent value), `median` for numbers, `rest_mean`, `difference` from the rest of the
    rows in view with its 95% interval `low` to `high`, `effect` (Cliff's delta; for categories Cramér's V) with
    `effect_low` and `effect_high`, `p` adjusted (Benjamini and Hochberg) over the table, `surprise` (standard errors
    from no difference; null where too few rows), `commonest` and `commonest_share` (the slice's most frequent
    category), and `verdict`: "telling", "not telling", "too few" (under 20 rows in or outside the slice), "no values",
    "no rest", or "cut by it" for the column that the slices are cut by.

    `filters` by a slice's number select its rows. `overlaps`: a row may be in several slices, as with lists.
    """

    slices: pl.DataFrame
    cells: pl.DataFrame
    filters: dict[int, tuple[Filter, ...]]
    overlaps: bool


def slice_table(dataset: Dataset, rows: pl.Series, splits: Sequence[Split], measured: Sequence[Measured]) -> SliceTable:
    """Cuts the rows at these positions by one or two splits, and compares each slice with the rest of these rows."""
    places, lines, slices = _cells(rows, splits)
    where = None if len(rows) == dataset.height else rows.to_numpy()
    n = len(slices)
    columns = {split.dimension.column for split in splits}
    cells = [_of_measure(each, where, places, lines, n, each.measure.column in columns) for each in measured]
    cell = pl.concat(cells) if cells else pl.DataFrame(schema=CELL)
    adjust = adjusted(cell["p"].fill_null(math.nan).to_numpy())
    cell = cell.with_columns(p=pl.Series(adjust).fill_nan(None))
    telling = pl.col("verdict") == "not telling"
    cell = cell.with_columns(
        verdict=pl.when(telling & (pl.col("p") <= FALSE_DISCOVERIES)).then(pl.lit("telling")).otherwise("verdict")
    )
    most = (
        cell.drop_nulls("surprise")
        .sort("surprise", descending=True)
        .group_by("slice", maintain_order=True)
        .first()
        .select("slice", "surprise", surprising="measure")
    )
    table = _slices(slices, splits, np.bincount(lines, minlength=n), len(rows))
    table = table.with_columns(tokens=_tokens(dataset, where, places, lines, n)).join(most, on="slice", how="left")
    table = table.sort(["surprise", "rows", "slice"], descending=[True, True, False], nulls_last=True)
    filters = {number: _filters(each, splits) for number, each in enumerate(slices)}
    return SliceTable(table, cell, filters, any(split.entries is not None for split in splits))


def _cells(rows: pl.Series, splits: Sequence[Split]) -> tuple[Places | None, Places, list[tuple[int, ...]]]:
    """Places among the rows, the number of the slice of each, and for each number its line in each split."""
    if len(splits) not in (1, 2):
        raise SlicingError(f"Rows are cut by one or two dimensions, {len(splits)} were given; choose one or two.")
    places, lines = splits[0].among(rows)
    width = 1
    if len(splits) == 2:
        other_places, others = splits[1].among(rows)
        width = len(splits[1].names)
        if places is not None and other_places is not None:
            both = pl.DataFrame({"at": places, "a": lines}).join(
                pl.DataFrame({"at": other_places, "b": others}), on="at", maintain_order="left"
            )
            places, lines, others = (both[name].to_numpy() for name in ("at", "a", "b"))
        elif places is not None:
            others = others[places]
        elif other_places is not None:
            places, lines = other_places, lines[other_places]
        lines = lines * width + others
    present = np.flatnonzero(np.bincount(lines)) if len(lines) else np.zeros(0, np.intp)
    if len(present) > MAX_SLICES:
        raise SlicingError(
            f"{' by '.join(str(s.dimension) for s in splits)} has {len(present):,} slices with rows, at most "
            f"{MAX_SLICES:,} are shown; cut by fewer or coarser groups."
        )
    numbers = np.zeros(int(present[-1]) + 1 if len(present) else 1, dtype=np.intp)
    numbers[present] = np.arange(len(present))
    slices: list[tuple[int, ...]] = [divmod(p, width) if len(splits) == 2 else (p,) for p in present.tolist()]
    return places, numbers[lines], slices


def _slices(slices: list[tuple[int, ...]], splits: Sequence[Split], counts: Places, rows: int) -> pl.DataFrame:
    first, last = splits[0], splits[-1]
    both = len(splits) == 2
    schema = {
        "slice": pl.UInt32,
        "a": pl.String,
        "b": pl.String,
        "a_line": pl.UInt32,
        "b_line": pl.UInt32,
        "is_named": pl.Boolean,
        "rows": pl.Int64,
        "share": pl.Float64,
    }
    lines = [
        (
            number,
            first.names[position[0]],
            last.names[position[-1]] if both else None,
            position[0],
            position[-1] if both else None,
            all(split.is_named[line] for split, line in zip(splits, position, strict=True)),
            int(counts[number]),
            int(counts[number]) / rows,
        )
        for number, position in enumerate(slices)
    ]
    return pl.DataFrame(lines, schema=schema, orient="row")


def _filters(position: tuple[int, ...], splits: Sequence[Split]) -> tuple[Filter, ...]:
    return tuple(f for split, line in zip(splits, position, strict=True) for f in split.filters[line])


def _tokens(dataset: Dataset, where: Places | None, places: Places | None, lines: Places, n: int) -> pl.Series:
    """Tokens of the rows in each slice; null where tokens are not counted."""
    if "row_tokens" in dataset.originals or not dataset.has(dataset.signal("tokens")):
        return pl.repeat(None, n, dtype=pl.Int64, eager=True)
    tokens = dataset.column("row_tokens").fill_null(0).to_numpy()
    tokens = tokens if where is None else tokens[where]
    tokens = tokens if places is None else tokens[places]
    return pl.Series(np.bincount(lines, weights=tokens, minlength=n).astype(np.int64))


def _of_measure(
    each: Measured, where: Places | None, places: Places | None, lines: Places, n: int, is_own: bool
) -> pl.DataFrame:
    """The cells of one measure, before p is adjusted; `is_own`: the rows are cut by its column."""
    every = sample(each, where)
    everything = total(each, every)
    cut = every.taken(places)
    of = grouped(each, cut, lines, n, everything.centre)
    rest = of.all_but(everything)
    difference = contrast(each.measure.kind, of, rest)
    enough = (np.minimum(of.n, rest.n) >= MIN_ROWS) & (not is_own)
    is_number, is_category = each.measure.kind == "number", each.measure.kind == "category"
    none = np.full(n, np.nan)
    figures = {
        "mean": _first_share(of) if is_category else of.mean,
        "median": medians(each, cut, lines, of.counts) if is_number else none,
        "rest_mean": _first_share(rest) if is_category else rest.mean,
        "difference": difference.difference.size,
        "low": difference.difference.low,
        "high": difference.difference.high,
        "effect": difference.effect.size,
        "effect_low": difference.effect.low,
        "effect_high": difference.effect.high,
        "p": np.where(enough, difference.effect.p, np.nan),
        "surprise": np.where(enough, difference.effect.z, np.nan),
        "commonest_share": none,
    }
    commonest: list[str | None] = [None] * n
    if is_category and each.categories and n:
        top = of.counts.argmax(axis=-1)
        figures["commonest_share"] = of.counts.max(axis=-1) / np.where(of.n > 0, of.n, np.nan)
        commonest = [each.categories[position] if rows else None for position, rows in zip(top, of.n, strict=True)]
    finite = {
        name: pl.Series(np.where(np.isfinite(array), array, np.nan)).fill_nan(None) for name, array in figures.items()
    }
    return pl.DataFrame(
        {
            "slice": np.arange(n),
            "measure": [each.measure.name] * n,
            "rows": of.n,
            **finite,
            "commonest": commonest,
            "verdict": ["cut by it"] * n if is_own else verdicts(of.n, rest.n),
        }
    ).select(pl.col(name).cast(dtype) for name, dtype in CELL.items())


def _first_share(of: Groups) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    with np.errstate(all="ignore"):
        return of.counts[..., 0] / of.n if of.counts.shape[-1] else of.n * np.nan


def heatmap(table: SliceTable, measure: str = "") -> pl.DataFrame:
    """The slices with their cells of one measure, in natural order of both dimensions; without a measure only rows."""
    slices = table.slices.select("slice", "a", "b", "a_line", "b_line", "is_named", slice_rows="rows")
    of = table.cells.filter(pl.col("measure") == measure)
    return slices.join(of, on="slice", how="left").sort("a_line", "b_line")
