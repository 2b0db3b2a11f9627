"""One measure over all slices: its differences, numbers and distributions, and the grid of two dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.slices.distributions import distributions
from analysis.slices.measures import Measured
from analysis.slices.slices import SliceTable, heatmap
from analysis.slices.splits import Split
from analysis.view import View
from ui.figures import charts
from ui.slices import compare
from ui.slices.asked import others
from ui.slices.figures import differences as draw_differences
from ui.slices.figures import grid as draw_grid
from ui.slices.figures import ridges
from ui.slices.listed import name_of
from ui.slices.one_slice import view_of


def choose_measure(chosen: Sequence[Measured]) -> Measured:
    labels = {each.measure.name: each for each in chosen}
    name = st.selectbox(
        "Measure", list(labels), format_func=lambda n: labels[n].label, key="measure", bind="query-params", width=300
    )
    return labels[name]


def differences(sliced: SliceTable, each: Measured, splits: Sequence[Split]) -> None:
    """The difference of each slice from the rest with its interval; a click on a point filters to its slice."""
    lines = sliced.slices.join(sliced.cells.filter(pl.col("measure") == each.measure.name), on="slice", suffix="_with")
    lines = lines.sort("surprise_with", descending=True, nulls_last=True).head(40)
    if lines["difference"].null_count() == lines.height:
        st.text("No slice can be compared with the rest: none has values both inside and outside.")
        return
    unit = f"{each.label}, difference from the rest"
    called = pl.Series("slice ", [name_of(line) for line in lines.iter_rows(named=True)], dtype=pl.String)
    verdict = pl.col("verdict").replace(compare.VERDICTS)
    st.caption(
        "Lines: 95% intervals. Strong colour: differs after correction for many comparisons. Click a point to filter "
        "to its slice."
    )
    charts.draw(
        draw_differences(lines, unit, charts.palette()),
        "differences",
        f"Difference of {each.label} of each slice from the rest",
        lambda selection: _picked(selection, sliced, splits),
        table=lambda: lines.select(
            called.alias("slice"),
            "rows",
            "difference",
            pl.col("low").alias("from"),
            pl.col("high").alias("to"),
            verdict,
        ),
        mark=lambda line: {"customdata": [lines["slice"][line]]},
    )


def in_numbers(sliced: SliceTable, each: Measured) -> None:
    """The measure in every slice and in the rest of the rows in view, with effect size and p-value."""
    lines = sliced.slices.join(sliced.cells.filter(pl.col("measure") == each.measure.name), on="slice", suffix="_with")
    names = pl.Series("slice ", [name_of(line) for line in lines.iter_rows(named=True)], dtype=pl.String)
    shown = lines.select(
        names,
        pl.col("rows_with").alias("rows with a value"),
        "mean",
        "median",
        pl.col("rest_mean").alias("mean of rest"),
        "difference",
        pl.col("low").alias("from"),
        pl.col("high").alias("to"),
        "effect",
        "p",
        pl.col("verdict").replace(compare.VERDICTS),
    )
    figure = st.column_config.NumberColumn(format="%.2f")
    effect = "Cramér's V, 0 to 1" if each.measure.kind == "category" else "Cliff's delta, -1 to 1"
    st.dataframe(
        shown.drop("median") if each.measure.kind != "number" else shown,
        hide_index=True,
        alt=f"{each.label} per slice",
        column_config={
            "slice ": st.column_config.TextColumn("slice", pinned=True),
            **dict.fromkeys(("mean", "median", "mean of rest", "difference"), figure),
            **dict.fromkeys(("from", "to"), st.column_config.NumberColumn(format="%.2f", help=compare.INTERVAL_HELP)),
            "effect": st.column_config.NumberColumn(format="%.2f", help=effect),
            "p": st.column_config.NumberColumn(
                format="%.3g", help="Benjamini-Hochberg correction over the whole table"
            ),
        },
    )


def _picked(selection: Mapping[str, Any], sliced: SliceTable, splits: Sequence[Split]) -> View | None:
    points = selection.get("points")
    return view_of(sliced, int(points[0]["customdata"][0]), splits) if points else None


def shapes(dataset: Dataset, each: Measured, split: Split) -> None:
    """The distribution of the measure in every slice, on one scale."""
    rows = dataset.rows_of(others([split]))
    bins = distributions(rows, split, each)
    if bins.is_empty():
        st.text("No row in view has a value of this measure.")
        return
    figure = ridges(bins, each.measure.label, charts.palette())
    table = bins.select(pl.col("name").alias("slice"), "low", "high", "label", "rows", "share")
    shown = table.select(c for c in table.columns if table[c].null_count() < table.height)
    charts.show(figure, "shapes", f"Distribution of {each.measure.label} per slice", lambda: shown)


def grid(dataset: Dataset, sliced: SliceTable, each: Measured | None, splits: Sequence[Split]) -> None:
    """Two dimensions as a grid, coloured by the rows or by a measure; a click on a cell filters to its rows."""
    cells = heatmap(sliced, each.measure.name if each else "")
    value, unit = ("mean", each.label) if each else ("slice_rows", "rows")
    by = " and ".join(dataset.called(each.dimension.column) for each in splits)
    charts.draw(
        draw_grid(cells, value, unit, charts.palette()),
        f"grid_{value}",
        f"{unit[:1].upper()}{unit[1:]} by {by}",
        lambda selection: _picked(selection, sliced, splits),
        table=lambda: cells.select(
            "a", "b", pl.col("slice_rows").alias("rows"), *([pl.col("mean").alias(unit)] if each else [])
        ),
        mark=lambda line: {"customdata": [cells["slice"][line]]},
    )
