"""Which labels does each annotator give: a small picture for each."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from analysis.annotators.shapes import histograms
from analysis.view import View
from ui.annotators.asked import Asked, labels, picked_people, with_person
from ui.annotators.figures import shapes
from ui.annotators.people import SHAPE_WORDS, SHOWN_PEOPLE, everyone, shapes_of
from ui.figures import charts
from ui.session.cache_keys import Key

PICTURES = 24


@st.cache_resource(max_entries=8, show_spinner="Counting labels …")
def _histograms(key: Key, _asked: Asked) -> pl.DataFrame:
    return histograms(labels(_asked))


def pictures(asked: Asked) -> None:
    """A small picture of the labels each gives, marked ones first; a bar clicked becomes a filter on its annotator."""
    order = everyone(asked.key, asked.gold, asked)
    marked = order.filter(~pl.col("marks").is_in(["", "tires"]))["annotator"].to_list()
    names = order.head(PICTURES)["annotator"].to_list()
    chosen = picked_people(asked)
    names = [*(n for n in chosen if n in order["annotator"] and n not in names), *names][:PICTURES]
    left = order.height - len(names)
    others = f" {left:,} more are not drawn." if left else ""
    st.text(f"Share of each label: the annotator in colour, the others in grey. * stands out.{others} Click to filter.")
    table = _histograms(asked.key, asked)

    def pick(selection: Any) -> View | None:
        points = selection.get("points")
        name = points and (points[0].get("customdata") or [None])[0]
        return with_person(asked, str(name)) if name else None

    shown = table.filter(pl.col("annotator").is_in(names))
    charts.draw(
        shapes(shown, names, marked, charts.palette()),
        "shapes",
        "Labels each annotator gives",
        pick,
        table=lambda: shown.select("annotator", "label", "share", pl.col("rest_share").alias("others' share")),
        mark=lambda line: {"customdata": [shown["annotator"][line]]},
    )
    figures = shapes_of(asked.key, asked)
    if figures is None:
        st.caption("Mean, spread and skew need numbers; these labels are names.")
        return
    far = figures.filter("is_far")
    if far.is_empty():
        st.text("No annotator's mean, spread, skew or share of the commonest score is far from the others'.")
        return
    named = far.select(
        "annotator",
        pl.col("shape").replace_strict(SHAPE_WORDS).alias("of their scores"),
        "value",
        "rest",
        "low",
        "high",
        "labels",
    )
    st.dataframe(
        named.head(SHOWN_PEOPLE),
        hide_index=True,
        alt="Annotators whose scores have a different shape",
        column_config={
            "rest": st.column_config.NumberColumn("of the others", format="%.2f"),
            "value": st.column_config.NumberColumn("own", format="%.2f"),
            "low": st.column_config.NumberColumn("difference from", format="%.2f"),
            "high": st.column_config.NumberColumn("difference to", format="%.2f"),
        },
    )
    st.caption(
        "Listed are differences significantly larger than 0.2 standard deviations, at 5% after Benjamini–Hochberg."
    )
