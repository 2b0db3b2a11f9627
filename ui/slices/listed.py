"""The table of slices: one line each, and beside it the same slice of a second side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from analysis.slices.measures import Measured
from analysis.slices.slices import SliceTable
from ui.session.text import cut
from ui.slices.beside import Beside

NAME_CHARS = 24  # of a side, in the head of a column
MARKS = {"telling": "*", "too few": "few"}
MARKS_HELP = "*: differs from the rest of the rows in view; few: under 20 rows with a value, too few to compare"


def name_of(line: Mapping[str, Any]) -> str:
    return f"{line['a'] or '(empty)'}" + (f" × {line['b'] or '(empty)'}" if line["b"] is not None else "")


def table(sliced: SliceTable, chosen: Sequence[Measured], beside: Beside | None = None) -> list[int]:
    """The table of slices, largest surprise first, with the figures of the second side if there is one; returns the
    numbers of the ticked ones."""
    labels = {each.measure.name: each.label for each in chosen}
    names = [name_of(line) for line in sliced.slices.iter_rows(named=True)]
    longest = min(
        30 + 8 * max(map(len, names), default=0), 260
    )  # pixels: Streamlit fits a pinned column to its first rows only
    slices = sliced.slices.with_columns(pl.col("b_line").fill_null(0))
    of_other = []
    if beside:
        slices = slices.join(beside.figures(), on=("a_line", "b_line"), how="left", maintain_order="left")
        slices = slices.with_columns(pl.col("other_rows", "other_share").fill_null(0))
        of_other = [pl.col("other_rows"), pl.col("other_share") * 100]
    shown = slices.select(
        "slice",
        pl.Series("slice ", names, dtype=pl.String),
        "rows",
        pl.col("share") * 100,
        *of_other,
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
    if beside:
        second = cut(beside.names[1], NAME_CHARS)
        config["other_rows"] = st.column_config.NumberColumn(f"rows, {second}", format="localized")
        config["other_share"] = st.column_config.ProgressColumn(
            f"share, {second}", format="%.1f%%", min_value=0, max_value=100, width="small"
        )
    for each in chosen:
        name = each.measure.name
        of = sliced.cells.filter(pl.col("measure") == name).select("slice", "mean", "median", "verdict")
        mark = pl.col("verdict").replace_strict(MARKS, default="")
        is_number = each.measure.kind == "number"
        mean = pl.col("mean") if is_number else pl.col("mean") * 100
        of = of.select("slice", mean.alias(name), mark.alias(f"{name}*"))
        shown = shown.join(of, on="slice", how="left", maintain_order="left")
        config[name] = st.column_config.NumberColumn(
            f"mean {each.label}" if is_number else each.label, format="%.2f" if is_number else "%.1f%%"
        )
        config[f"{name}*"] = st.column_config.TextColumn("*", width=30, help=MARKS_HELP)
        if beside and (means := beside.means(name)).height:
            joined = slices.select("slice", "a_line", "b_line").join(means, on=("a_line", "b_line"), how="left")
            factor = 1 if is_number else 100
            joined = joined.select("slice", (pl.col("other_mean") * factor).alias(f"other {name}"))
            shown = shown.join(joined, on="slice", how="left", maintain_order="left")
            config[f"other {name}"] = st.column_config.NumberColumn(
                f"{each.label}, {second}", format="%.2f" if is_number else "%.1f%%"
            )
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
