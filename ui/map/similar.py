"""Search by meaning: which rows are nearest to a sentence."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import MapError, ModelError
from analysis.map.alike import similar_to_text
from analysis.signal import ROW_ID
from analysis.view import View
from ui.rows import browser, like, masking, vectors
from ui.rows.ticked import ticked_once
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count, cut

MOST_ROWS = 500


def search(dataset: Dataset) -> None:
    """A sentence and how many rows, the nearest rows in view as a table, and these as a view."""
    if not vectors.are_there(dataset, "Searching by meaning"):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input(
            "Search by meaning", key="sought_meaning", type="search", width=520, placeholder="A sentence or a few words"
        )
        limit = int(st.number_input("Rows", 1, MOST_ROWS, 20, key="sought_rows", width=120))
        act = browser.choose_act("sought_ticked")
    vectors.say_which(dataset, "Nearest", _sent(dataset))
    like.grant(dataset)
    if not (sought or "").strip():
        return
    within = View(tuple(f for f in session.view() if f.op != "listed"))
    key = key_of(dataset, dataset.signal("embedding"), view=within)
    try:
        nearest = _nearest(key, str(sought), limit, dataset, within)
    except (MapError, ModelError) as error:
        st.text(str(error))
        return
    if nearest.is_empty():
        st.text("No row in view has a vector. Remove a filter.")
        return
    listing = within.listing(f"nearest to “{cut(str(sought).strip(), 80)}”", nearest[ROW_ID])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Keep only these {count(nearest.height)}",
            key="keep_similar",
            icon=":material/filter_alt:",
            on_click=session.set_view,
            args=(listing,),
        )
        highest, lowest = nearest["cosine"][0], nearest["cosine"][-1]
        st.text(f"Cosines from {highest:.2f} down to {lowest:.2f}. Some row is always nearest, even if nothing fits.")
    _table(dataset, nearest, act)


def _sent(dataset: Dataset) -> str:
    """Says what leaves this machine, before anything is typed."""
    of = dataset.signal("embedding").parameters
    return "The sentence is sent to that endpoint." if of["tier"] == "endpoint" else ""


@st.cache_resource(max_entries=32, show_spinner="Comparing with every row …")
def _nearest(key: Key, sought: str, limit: int, _dataset: Dataset, _within: View) -> pl.DataFrame:
    return similar_to_text(_dataset, sought, limit, _dataset.rows_of(_within))


def _table(dataset: Dataset, nearest: pl.DataFrame, act: str) -> None:
    source = dataset.role("source")
    texts = [name for name in ("prompt", "text", "response") if name in dataset.canonical][:2]
    names = list(dict.fromkeys([*(texts or dataset.texts()[:2]), *([source] if source else [])]))
    frame = masking.masked(dataset, dataset.frame(names, nearest["row"]), nearest["row"])
    shown = frame.select(browser.cell(name, dtype) for name, dtype in frame.schema.items())
    table = nearest.select((pl.col("row") + 1).alias("row "), pl.col("cosine").round(3).alias("cosine ")).hstack(shown)
    line = ticked_once(
        table,
        f"similar_{dataset.id}",
        f"The {count(table.height)} nearest in meaning",
        height="content" if table.height < 20 else 640,
        column_config={name: st.column_config.TextColumn(width="large") for name in names[:1]},
    )
    if line is not None:
        browser.follow(dataset, nearest[ROW_ID][line], act)
