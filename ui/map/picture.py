"""The map itself: what is drawn, what a lasso selects, and which rows are not on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.map import drawing
from analysis.map.chosen import own_column, tier_in_words
from analysis.map.clusters_signal import Level
from analysis.view import View
from analysis.view.areas import area
from ui.figures import charts
from ui.map import colours, hover, state
from ui.map.figures import CONFIG, NAME_CHARS, Drawn, Paper, Scale, map_of_rows, traces_of
from ui.rows import cluster_names
from ui.session import session
from ui.session.text import count, cut, md

KEY = "map"
LEAST_EXPECTED = 0.25
CLUSTER_COLUMNS = ("called", "number", "rows", "share", "typical words")


def choose_level() -> Level:
    """Asks at which of the two levels clusters are named and listed; kept in the address."""
    level = st.segmented_control(
        "Names and cards of",
        list(state.LEVELS),
        format_func=state.LEVELS.__getitem__,
        default="cluster",
        required=True,
        key="level",
        bind="query-params",
    )
    return "cluster_group" if level == "cluster_group" else "cluster"


def drawn(dataset: Dataset, view: View, level: Level, colour: str) -> Drawn:
    """All that is drawn of a view."""
    bounds, points = state.bounds(dataset), state.points(dataset, view)
    cards = state.cards(dataset, view, level)
    shown = _worth_a_label(cards, state.cards(dataset, View(), level))
    shown = shown.with_columns(name=pl.Series([cut(name, NAME_CHARS) for name in shown["name"]], dtype=pl.String))
    colour_level: Level = "cluster" if colour == "cluster" else "cluster_group"
    called = cluster_names.of_level(dataset, colour_level) if colour in state.LEVELS else {}
    return Drawn(
        bounds,
        own_column(dataset, "map_x"),
        own_column(dataset, "map_y"),
        state.density(dataset, View()).rows,
        state.density(dataset, view).rows if view.active else None,
        colours.of_points(dataset, colour, points.inside, called),
        points.outside,
        drawing.labels(shown, bounds),
    )


def _worth_a_label(cards: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    """The clusters with at least a quarter of the rows that their size in the whole dataset predicts for the view."""
    both = cards.join(every.select("cluster", all_rows="rows"), on="cluster", maintain_order="left")
    share = pl.col("rows").sum() / every["rows"].sum()
    return both.filter(pl.col("rows") >= LEAST_EXPECTED * share * pl.col("all_rows"))


def draw(dataset: Dataset, level: Level, colour: str) -> None:
    """The map of the rows in view; a lasso or a box keeps only the rows inside it, also those not drawn.

    Its table lists the clusters, each with what filters to it, for those who do not use a mouse.
    """
    view = session.view()
    to_draw = drawn(dataset, view, level, colour)
    paper = Paper.of(to_draw.bounds)
    left = state.left(dataset, view)

    clusters = clusters_table(state.cards(dataset, state.without_own(view), level), level)

    def pick(selection: Mapping[str, Any]) -> View | None:
        points = selection.get("points")
        if points and "cluster" in points[0]:  # a line of the table; a click on a point selects nothing
            return state.without_own(session.view()).where(level, "eq", points[0]["cluster"])
        corners = corners_of(selection, paper)
        return session.view().narrowed("map_place", "within", corners) if corners else None

    charts.draw(
        map_of_rows(to_draw, charts.palette()),
        KEY,
        f"Map of {count(left.placed)}, coloured by {cut(colours.word(dataset, colour), 30)}: near rows are similar",
        pick,
        "lasso",
        CONFIG,
        table=lambda: clusters.select(CLUSTER_COLUMNS),
        mark=lambda line: {"cluster": clusters["cluster"][line]},
    )
    column = [colour] if colour in dataset.schema else []
    key = f"{state.key_of_map(dataset, view, *column)}|{colour}"
    hover.hover(dataset, charts.widget_key(KEY), key, traces_of(to_draw), colour)
    _say_what_is_drawn(dataset, to_draw, left, colour)


def clusters_table(cards: pl.DataFrame, level: Level) -> pl.DataFrame:
    """The clusters as the table beside the map lists them: `cluster` and, for a reader, those of CLUSTER_COLUMNS."""
    kind = "cluster" if level == "cluster" else "group"
    return cards.select(
        pl.col("cluster"),
        pl.col("name").alias("called"),
        pl.format(kind + " {}", "cluster").alias("number"),
        "rows",
        "share",
        pl.col("words").list.head(5).list.join(", ").alias("typical words"),
    )


def say_no_place(dataset: Dataset) -> None:
    """Says why there is nothing to draw."""
    left = state.left(dataset, session.view())
    status = own_column(dataset, "embedding_status").gather(dataset.rows_of(session.view()))
    reasons = ", ".join(f"{n:,} {why or 'missing'}" for why, n in status.value_counts(sort=True).iter_rows())
    st.text(
        f"None of the {count(left.rows)} in view is on the map made of {tier_in_words(dataset)} ({reasons}). "
        "Change the filters, or choose other texts or vectors above."
    )


def corners_of(selection: Mapping[str, Any], paper: Paper) -> str | None:
    """The corners of a drawn lasso or box, as places of the map; None if nothing is enclosed."""
    if lasso := selection.get("lasso"):
        x, y = lasso[0]["x"], lasso[0]["y"]
    elif box := selection.get("box"):
        (x0, x1), (y0, y1) = box[0]["x"][:2], box[0]["y"][:2]
        x, y = [x0, x1, x1, x0], [y0, y0, y1, y1]
    else:
        return None
    places = [paper.place(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    corners = area([a for a, _ in places], [b for _, b in places])
    return corners if corners.count(";") >= 2 else None


def _say_what_is_drawn(dataset: Dataset, to_draw: Drawn, left: state.Left, colour: str) -> None:
    shown = sum(len(rows) for rows in traces_of(to_draw)[1:])
    points = f"All {count(left.placed)} of the view" if shown == left.placed else f"{shown:,} of {count(left.placed)}"
    lot = "" if shown == left.placed else ", drawn at random with a fixed seed"
    outside = " Pale: rows outside the view." if len(to_draw.outside) else ""
    if left.placed > 1 and state.is_one_place(dataset):
        outside += " All rows are at one place, since their vectors are equal."
    scale = ""
    if isinstance(to_draw.colours, Scale):
        without = len(to_draw.colours.without)
        missing = f", {count(without)} drawn without a value" if without else ""
        scale = (
            f" Colours run from the 2nd to the 98th percentile of {cut(colours.WORDS.get(colour, colour))}{missing}."
        )
    st.caption(
        md(
            f"Made of {tier_in_words(dataset)}. {points} as points{lot}; the grey density counts every row."
            f"{outside}{scale} Near rows are similar; the distance between far groups means little. "
            "Draw around points to keep only the rows there.",
            800,
        )
    )
    _leftovers(left)


def _leftovers(left: state.Left) -> None:
    """Counts the rows that the map cannot show as they are; each count is a filter."""
    kept = {
        "afterwards": (
            left.afterwards,
            "placed afterwards",
            ("is_placed", "eq", "true"),
            "At most 100,000 rows are laid out; each other row is placed between its nearest neighbours",
        ),
        "apart": (left.apart, "not in a cluster", ("cluster", "eq", "-1"), "In no dense group of the map"),
        "nowhere": (left.nowhere, "not on the map", ("map_place", "null", ""), "No text, so no vector"),
    }
    with st.container(horizontal=True, gap="small"):
        for name, (rows, words, (column, op, value), why) in kept.items():
            if rows:
                view = session.view().narrowed(column, op, value)
                st.button(
                    f"{count(rows)} {words}",
                    key=f"left_{name}",
                    type="tertiary",
                    help=why,
                    icon=":material/filter_alt:",
                    on_click=session.set_view,
                    args=(view,),
                )
