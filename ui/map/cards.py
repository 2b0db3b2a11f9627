"""Cards of clusters: what each is about, its counts, three of its rows, and its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from analysis.map.clusters import SMALLEST
from analysis.map.clusters_signal import Level
from analysis.view import Filter, View
from ui.map import asking, hover, state
from ui.session import session
from ui.session.login import person
from ui.session.number_words import count, number, share
from ui.session.text import md, told_apart

PAGE_CARDS = 5
WORDS_SHOWN = 6


def cards(dataset: Dataset, level: Level) -> None:
    """The clusters of the rows in view, largest first, searchable; filters on clusters are left out."""
    view = session.view()
    others = state.without_own(view)
    clusters = state.cards(dataset, others, level)
    if clusters.is_empty():
        say_no_clusters(dataset, others)
        return
    word = "cluster" if level == "cluster" else "group"
    sought = st.text_input(f"Search {word}s", key="cluster_search", type="search", placeholder="A name or a word")
    if level == "cluster":
        asking.ask(dataset)
    shown = clusters.filter(_holds(sought)) if sought else clusters
    left_out = " The filter on clusters is left out here, so that the others are shown too." if others != view else ""
    typical = "Examples are the rows nearest to the mean of the cluster, also outside the view."
    st.caption(f"{count(clusters.height, word)}, most rows in view first. {typical}{left_out}")
    if shown.is_empty():
        st.text(f"No {word} has this text in its name or its words.")
        return
    pages = -(-shown.height // PAGE_CARDS)
    page = min(st.pagination(pages, key="cards_page", max_visible_pages=5), pages) if pages > 1 else 1
    for card in shown.slice((page - 1) * PAGE_CARDS, PAGE_CARDS).iter_rows(named=True):
        with st.container(border=True, gap="xsmall"):
            _card(dataset, card, level)


def say_no_clusters(dataset: Dataset, view: View) -> None:
    """Says why there are no clusters."""
    left = state.left(dataset, view)
    if not left.placed:
        st.text("No row in view is on the map, so there are no clusters.")
    elif dataset.height < SMALLEST:
        st.text(f"A cluster has at least {SMALLEST} rows; this dataset has {count(dataset.height)}.")
    else:
        st.text(
            f"No {SMALLEST} rows are close enough to form a cluster: all {count(left.apart)} in view are "
            "not in a cluster. Choose other vectors, or read the rows without clusters."
        )


def _holds(sought: str) -> pl.Expr:
    text = pl.concat_str(
        "name", "found_name", pl.col("words").list.join(" "), pl.col("pairs").list.join(" "), separator=" "
    )
    return text.str.to_lowercase().str.contains(sought.lower(), literal=True)


def _card(dataset: Dataset, card: Mapping[str, Any], level: Level) -> None:
    number = int(card["cluster"])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{md(card['name'])}**", width="stretch")
        st.caption(f"{level.removeprefix('cluster_')} {number}", width="content")
    st.caption(_figures(card))
    st.caption(md("Typical words: " + ", ".join([*card["words"][:WORDS_SHOWN], *card["pairs"]]), 300))
    for text in hover.texts(dataset, pl.Series("row", card["representatives"], dtype=pl.UInt32)):
        st.text(f"– {text}")
    view, others = session.view(), state.without_own(session.view())
    kept = others.where(level, "eq", number)
    is_kept = Filter(level, "eq", str(number)) in view.active
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            told_apart("Show all again" if is_kept else "Filter to it", f"{level.removeprefix('cluster_')} {number}"),
            key=f"keep_{level}_{number}",
            type="primary" if is_kept else "secondary",
            on_click=session.set_view,
            args=(others if is_kept else kept,),
        )
        st.button(
            told_apart("Leave out", f"{level.removeprefix('cluster_')} {number}"),
            key=f"exclude_{level}_{number}",
            on_click=session.set_view,
            args=(without_cluster(view, level, number),),
        )
        with st.popover(
            told_apart("Rename", f"{level.removeprefix('cluster_')} {number}"),
            key=f"rename_{level}_{number}",
            on_change="rerun",
            type="tertiary",
        ) as opened:
            if opened.open:
                _rename(dataset, card, level)


def without_cluster(view: View, level: Level, number: int) -> View:
    """The view without a cluster; clusters excluded before stay excluded."""
    kept = tuple(f for f in view if not (f.column in state.LEVELS and f.op == "eq"))
    return View(kept).where(level, "ne", number)


def _figures(card: Mapping[str, Any]) -> str:
    figures = [f"{count(card['rows'])}, {share(card['share'])} of those in view on the map"]
    if card["tokens"] is not None:
        figures.append(f"{count(card['tokens'], 'token')}")
    if card["mean_score"] is not None:
        figures.append(f"mean score {number(card['mean_score'])}")
    return " · ".join(figures)


def _rename(dataset: Dataset, card: Mapping[str, Any], level: Level) -> None:
    """Asks for another name; an empty one restores the generated name."""
    number = int(card["cluster"])
    key = f"name_{level}_{number}"
    given = session.notes().names.given(dataset.fingerprint, dataset.signal("clusters").key).get((level, number))
    st.text(f"Generated name: {card['found_name']}")
    if given:
        st.text(f"Named by {given.person}, {given.at:%Y-%m-%d %H:%M} UTC")
    st.text_input("Name", value=card["name"], key=key, max_chars=60)
    with st.container(horizontal=True):
        st.button("Save", key=f"save_{key}", type="primary", on_click=_name, args=(dataset, level, number, key))
        st.button(
            "Restore the generated name",
            key=f"clear_{key}",
            disabled=given is None,
            on_click=_name,
            args=(dataset, level, number, ""),
        )


def _name(dataset: Dataset, level: Level, number: int, key: str) -> None:
    """Stores the value of the widget with that key as the name; an empty key clears the name."""
    name = str(st.session_state.get(key, "")) if key else ""
    signal_key = dataset.signal("clusters").key
    try:
        session.notes().names.give(dataset.fingerprint, signal_key, level, number, name, person())
    except AnnotationError as error:
        st.session_state["job_error"] = str(error)
    else:
        st.session_state.pop(f"name_{level}_{number}", None)
        st.session_state[f"rename_{level}_{number}"] = False
