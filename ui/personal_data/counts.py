"""How much of each type is in the rows in view: by field, by column, by score, and together with other types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.joined_values import join_values
from analysis.personal_data import tables
from analysis.view import View
from ui.figures import charts
from ui.personal_data import found
from ui.personal_data.figures import scores as draw_scores
from ui.rows.ticked import ticked_once, ticks_of, use_tick
from ui.session import session
from ui.session.column_names import namer
from ui.session.text import cut

NOTHING = "nothing"
SHOWN_LINES = 400
NUMBER = st.column_config.NumberColumn(format="localized")
SHARE = st.column_config.NumberColumn(format="%.1f%%")


def table(dataset: Dataset, signal: str) -> None:
    """A line per type, optionally by field and by a column; a ticked line becomes a filter."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.selectbox(
            "Split by",
            [NOTHING, *dataset.categories],
            format_func=namer(dataset),
            key=f"by_{signal}",
            bind="query-params",
            width=220,
        )
        by_field = st.toggle("and by field", key=f"field_{signal}", bind="query-params")
    column = None if by == NOTHING else by
    lines: pl.DataFrame = found.asked(
        dataset,
        signal,
        "counts",
        lambda view: tables.counts(dataset, view, column, signal, by_field=by_field),
        by,
        str(by_field),
    )
    if lines.is_empty():
        what = "No name" if signal == "named_entities" else "Nothing personal"
        st.text(f"{what} was found in the texts of the rows in view. A detector misses some, so this is no proof.")
        return
    shown = lines.head(SHOWN_LINES)
    names = {"spans": "times", "values": "different values", "rows_share": "share of rows", "title": "what"}
    if column:
        names["slice"] = cut(dataset.called(column), 40) if column not in shown.columns else "value"
    shown = shown.with_columns(found.field_in_words(dataset))
    shown = shown.with_columns(pl.col("rows_share") * 100)
    view = shown.drop([] if by_field else ["field"], [] if column else ["slice"])
    number = ticked_once(
        view.rename(names),
        f"counts_{signal}",
        "Rows and hits per type",
        height="content" if shown.height < 14 else 500,
        column_config={
            **dict.fromkeys(("rows", "times", "different values", "placeholders"), NUMBER),
            "share of rows": SHARE,
            "category": None,
        },
    )
    left = f" The first {SHOWN_LINES} of {lines.height:,} lines." if lines.height > SHOWN_LINES else ""
    of = f"of the rows in view with that {dataset.called(column)}" if column else "of the rows in view"
    st.caption(
        f"Share {of.replace('_', ' ')}. Placeholders are counted separately. Tick a line to filter to the rows that "
        f"hold the type{', in any field' if by_field else ''}.{left}"
    )
    if number is not None:
        line = shown.row(number, named=True)
        view_ = session.view().where(found.TYPES[signal], "has", line["type"])
        if column:
            value = line["slice"]
            view_ = view_.where(column, "null") if value is None else view_.where(column, "in", join_values([value]))
        session.set_view(view_)
        st.rerun()


def scores(dataset: Dataset) -> None:
    """Hits by score; a click on a bar keeps the rows whose highest score is in it."""
    bins: pl.DataFrame = found.asked(
        dataset, "personal_data", "scores", lambda view: tables.score_distribution(dataset, view)
    )
    if bins.is_empty():
        return
    st.subheader("How certain", anchor=False)
    types = ["all types", *bins["type"].unique().sort()]
    of = st.selectbox("Scores of", types, format_func=_title, key="scores_of", bind="query-params", width=260)
    wanted = bins if of == types[0] else bins.filter(pl.col("type") == of)
    summed = wanted.group_by("low", "high").agg(pl.col("spans").sum()).sort("low")

    def pick(selection: Mapping[str, Any]) -> View | None:
        points = selection.get("points")
        if not points:
            return None
        low, high = summed.row(int(points[0]["customdata"][0]))[:2]
        view = session.view().narrowed("pii_score", "range", f"{low:g}~{'' if high >= 1 else f'{high:g}'}")
        return view if of == types[0] else view.where("pii_types", "has", of)

    charts.draw(
        draw_scores(summed, charts.palette()),
        f"scores_{of}",
        f"Hits by score, {of}",
        pick,
        table=lambda: summed.select(pl.format("{} to under {}", "low", "high").alias("score"), hits="spans"),
        mark=lambda line: {"customdata": [line]},
    )
    st.caption(
        "A score is the detector's weight of a pattern and of the words around it, not a probability; the review "
        "shows how often it is right. Click a bar to filter to the rows whose highest score is in it."
    )


def _title(type_: str) -> str:
    return type_ if " " in type_ else found.title(type_)


def together(dataset: Dataset, signal: str) -> None:
    """Rows that hold both of two types; a click on a cell keeps them."""
    pairs: pl.DataFrame = found.asked(
        dataset, signal, "together", lambda view: tables.co_occurrence(dataset, view, signal)
    )
    types = pairs["type"].unique().sort().to_list()
    if len(types) < 2:
        return
    st.subheader("Together in a row", anchor=False)
    if (pairs["type"] == pairs["other"]).all():
        st.text("No row in view holds two types.")
        return
    wide = pairs.pivot("other", index="type", values="rows").select("type", *types).fill_null(0).sort("type")
    picked = st.dataframe(
        wide,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-cell",
        key=f"together_{signal}_{ticks_of('together')}",
        alt="Rows that hold both types",
        column_config=dict.fromkeys(types, NUMBER),
    )
    st.caption(
        "Rows that hold both types; on the diagonal all rows that hold the type. Click a cell to filter to its rows."
    )
    if cells := picked.selection.cells:
        use_tick("together")
        row, other = cells[0]
        view = session.view().where(found.TYPES[signal], "has", wide["type"][row])
        if other in types and other != wide["type"][row]:
            view = view.where(found.TYPES[signal], "has", other)
        session.set_view(view)
        st.rerun()
