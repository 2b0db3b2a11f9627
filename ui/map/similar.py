"""Search by meaning: which rows are nearest to a sentence."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import MapError, ModelError
from analysis.map.alike import similar_to_text
from analysis.signal import ROW_ID
from analysis.view import View
from ui.rows import vectors
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.number_words import count, number
from ui.session.text import cut

MOST_ROWS = 500


class Nearest(NamedTuple):
    """The rows nearest to a sentence: `row`, `row_id`, `cosine`, nearest first; the view of them; what names them."""

    rows: pl.DataFrame
    view: View
    named: tuple[str, ...]


def search(dataset: Dataset) -> Nearest | None:
    """Asks for a sentence and how many rows; the nearest rows in view, with a button that makes them a view."""
    if not vectors.are_there(dataset, "Searching by meaning"):
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input(
            "Search by meaning", key="sought_meaning", type="search", width=520, placeholder="A sentence or a few words"
        )
        limit = int(st.number_input("Rows", 1, MOST_ROWS, 20, key="sought_rows", width=120))
    vectors.say_which(dataset, "Nearest", _sent(dataset))
    if not (sought or "").strip():
        return None
    within = View(tuple(f for f in session.view() if f.op != "listed"))
    key = key_of(dataset, dataset.signal("embedding"), view=within)
    try:
        nearest = _nearest(key, str(sought), limit, dataset, within)
    except (MapError, ModelError) as error:
        st.text(str(error))
        return None
    if nearest.is_empty():
        st.text("No row in view has a vector. Remove a filter.")
        return None
    listing = within.listing(f"nearest to “{cut(str(sought).strip(), 80)}”", nearest[ROW_ID])
    st.button(
        f"Filter to these {count(nearest.height)}",
        key="keep_similar",
        icon=":material/filter_alt:",
        on_click=session.set_view,
        args=(listing,),
    )
    highest, lowest = number(nearest["cosine"][0]), number(nearest["cosine"][-1])
    st.text(f"Cosines from {highest} down to {lowest}. Some row is always nearest, even if nothing fits.")
    return Nearest(nearest, listing, (str(sought), str(limit), key_of(dataset, dataset.signal("embedding"))))


def _sent(dataset: Dataset) -> str:
    """Says what leaves this machine, before anything is typed."""
    of = dataset.signal("embedding").parameters
    return "The sentence is sent to that endpoint." if of["tier"] == "endpoint" else ""


@st.cache_resource(max_entries=32, show_spinner="Comparing with every row …")
def _nearest(key: Key, sought: str, limit: int, _dataset: Dataset, _within: View) -> pl.DataFrame:
    return similar_to_text(_dataset, sought, limit, _dataset.rows_of(_within))
