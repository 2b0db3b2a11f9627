"""More like this: the rows nearest to one row, as a view."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import MapError
from analysis.map.alike import position_of, similar_to_row
from analysis.signal import ROW_ID
from analysis.view import View
from ui.rows import vectors
from ui.session import places, session

ROWS = 50  # with the row itself


def wish(row_id: str) -> None:
    """Stores the row to which similar rows are requested."""
    st.session_state["like_row"] = row_id


def take_wish(state: object) -> bool:
    """Stores the reader's request for similar rows; whether there is a new one. Each key press counts once."""
    asked = state.get("like") if isinstance(state, Mapping) else None
    if not isinstance(asked, Mapping) or not isinstance(row_id := asked.get("id"), str):
        return False
    if asked.get("n") == st.session_state.get("like_taken"):
        return False
    st.session_state["like_taken"] = asked.get("n")
    wish(row_id)
    return True


def grant(dataset: Dataset, *, in_read: bool = False) -> None:
    """Shows the rows nearest to the requested one in Read; offers to compute missing vectors first.

    `in_read`: the caller is that page, before it draws the choice of the order.
    """
    row_id = st.session_state.get("like_row")
    position = position_of(dataset, row_id) if row_id else None
    if row_id is None or position is None:
        _forget()
        return
    if not dataset.has(dataset.signal("embedding")):
        with st.container(border=True):
            if not vectors.are_there(dataset, f"Finding rows like {row_id}"):
                st.button("Cancel", key="like_not", on_click=_forget)
                return
    _forget()
    try:
        similar = similar_to_row(dataset, position, ROWS - 1)
    except MapError as error:
        st.text(str(error))
        return
    nearest = View().listing(f"most like row {row_id}", [row_id, *similar[ROW_ID]])
    session.set_view(nearest)
    if in_read:
        st.session_state["order"] = "listed"
        st.query_params["row"] = row_id
        st.rerun()
    params: dict[str, str | list[str]] = {"d": dataset.id, "f": nearest.to_params(), "row": row_id, "order": "listed"}
    st.switch_page(places.page("reading"), query_params=params)


def _forget() -> None:
    st.session_state.pop("like_row", None)
