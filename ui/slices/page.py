"""The parts of the page Slices: the table of slices, one slice, and one measure over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.slices.apart import Apart
from analysis.slices.distributions import distributions
from analysis.slices.measures import EMPTY, Measured
from analysis.slices.slices import SliceTable, heatmap
from analysis.slices.splits import Split
from analysis.view import Filter, View
from ui.figures import charts
from ui.session import session
from ui.session.number_words import count, share
from ui.slices import asked, compare, other, sides
from ui.slices.asked import others
from ui.slices.figures import differences as draw_differences
from ui.slices.figures import grid as draw_grid
from ui.slices.figures import ridges

TELLING_SENTENCES = 12
MARKS = {"telling": "*", "too few": "few"}
MARKS_HELP = "*: differs from the rest of the rows in view; few: under 20 rows with a value, too few to compare"


def name_of(line: Mapping[str, Any]) -> str:
    return f"{line['a'] or '(empty)'}" + (f" × {line['b'] or '(empty)'}" if line["b"] is not None else "")


def table(sliced: SliceTable, chosen: Sequence[Measured]) -> list[int]:
    """The table of slices, largest surprise first; returns the numbers of the ticked ones."""
    labels = {each.measure.name: each.label for each in chosen}
    names = [name_of(line) for line in sliced.slices.iter_rows(named=True)]
    longest = min(
        30 + 8 * max(map(len, names), default=0), 260
    )  # pixels: Streamlit fits a pinned column to its first rows only
    shown = sliced.slices.select(
        "slice",
        pl.Series("slice ", names, dtype=pl.String),
        "rows",
        pl.col("share") * 100,
        "surprise",
        pl.col("surprising").replace(labels).alias("stands out in"),
    )
    config: dict[str, Any] = {
        "slice": None,
        "slice ": st.column_config.TextColumn("slice", pinned=True, width=longest),
        "rows": st.column_config.NumberColumn(format="localized"),
        "share": st.column_config.ProgressColumn(format="%.1f%%", min_value=0, max_value=100, width="small"),
        "surprise": st.column_config.NumberColumn(
            format="%.1f", help="The difference of its most unusual measure from the rest, in standard errors"
        ),
    }
    for each in chosen:
        name = each.measure.name
        of = sliced.cells.filter(pl.col("measure") == name).select("slice", "mean", "median", "verdict")
        mark = pl.col("verdict").replace_strict(MARKS, default="")
        is_number = each.measure.kind == "number"
        mean = pl.col("mean") if is_number else pl.col("mean") * 100
        of = of.select("slice", mean.alias(name), mark.alias(f"{name}*"))
        shown = shown.join(of, on="slice", how="left")
        config[name] = st.column_config.NumberColumn(
            f"mean {each.label}" if is_number else each.label, format="%.2f" if is_number else "%.1f%%"
        )
        config[f"{name}*"] = st.column_config.TextColumn("*", width=30, help=MARKS_HELP)
    if (tokens := sliced.slices["tokens"]).null_count() < sliced.slices.height:
        shown = shown.with_columns(tokens)
        config["tokens"] = st.column_config.NumberColumn("tokens of the rows", format="localized")
    picked = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        column_config=config,
        key="slices",
        alt="Slices of the rows in view",
        height="content" if shown.height < 14 else 500,
    )
    return [int(shown["slice"][line]) for line in picked.selection.rows if line < shown.height]


# One slice


def say_rows(sliced: SliceTable, picked: Sequence[int]) -> None:
    """The chosen slice, and the second one if two are ticked, with their numbers of rows."""
    for number in picked[:2]:
        line = sliced.slices.row(by_predicate=pl.col("slice") == number, named=True)
        st.text(f"{name_of(line)}, {count(line['rows'])}, {share(line['share'])} of those in view")


def view_of(sliced: SliceTable, number: int, splits: Sequence[Split]) -> View:
    """The view of the rows of one slice."""
    return View((*others(splits), *sliced.filters[number]))


def excluded(sliced: SliceTable, number: int, splits: Sequence[Split]) -> View | None:
    """The view of all other rows; None if no filter can select them."""
    if len(splits) > 1:
        return None
    line = int(sliced.slices.row(by_predicate=pl.col("slice") == number, named=True)["a_line"])
    filters = splits[0].excluded(line)
    return View((*others(splits), *filters)) if filters else None


def acts(dataset: Dataset, sliced: SliceTable, picked: Sequence[int], splits: Sequence[Split]) -> None:
    """The buttons Filter to it, Leave out and Compare."""
    first = view_of(sliced, picked[0], splits)
    rest = excluded(sliced, picked[0], splits)
    with st.container(horizontal=True):
        st.button("Filter to it", key="keep_slice", type="primary", on_click=session.set_view, args=(first,))
        st.button(
            "Leave out",
            key="exclude_slice",
            disabled=rest is None,
            help=None if rest else "No single filter can leave this slice out, because several filters select it.",
            on_click=session.set_view,
            args=(rest,),
        )
        if st.button("Compare the two" if len(picked) > 1 else "Compare with the rest", key="compare_slices"):
            session.set_view(first)
            number = picked[1] if len(picked) > 1 else None
            filters = (sides.REST,) if number is None else tuple(map(str, sliced.filters[number]))
            other.show(sides.Side(dataset.id, filters, "", follows=number is not None))


def sentences(dataset: Dataset, sliced: SliceTable, number: int, splits: Sequence[Split]) -> None:
    """How one slice differs from the rest of the rows in view, significant measures first."""
    inside = view_of(sliced, number, splits)
    contrasts = asked.apart(dataset, inside, splits)
    telling = [each for each in contrasts if each.verdict == "telling"]
    if not telling:
        has_enough = any(each.verdict == "not telling" for each in contrasts)
        st.text(
            "No measure differs between this slice and the rest."
            if has_enough
            else "The slice or the rest has too few rows to compare."
        )
    for position, each in enumerate(telling[:TELLING_SENTENCES]):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False):
            shown = shown_by(each)
            if shown:
                st.button("Show", key=f"apart_{position}", on_click=session.set_view, args=(View((*inside, shown)),))
            st.text(each.sentence, width="stretch")
    left = len(telling) - TELLING_SENTENCES
    st.caption(
        f"{count(len(contrasts), 'column')} compared"
        + (f", {left:,} more differ" if left > 0 else "")
        + ". Those listed differ (Benjamini-Hochberg, 5%)."
    )


def shown_by(each: Apart) -> Filter | None:
    """The filter that keeps the rows a sentence counts; None if the sentence is about a mean or about no row."""
    of = each.measure
    if not each.mean:
        return None
    if of.name.startswith(EMPTY):
        return Filter(of.column, "blank")
    if of.kind == "share":
        return Filter(of.column, "eq", "true")
    return Filter(of.column, "eq", each.category) if each.category is not None else None


# One measure


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
