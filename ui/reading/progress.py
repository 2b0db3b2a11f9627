"""How far has a person read: the row where they stopped, and the rows of the view that are tagged or not yet read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.signal import ROW_ID
from analysis.view import View
from ui.components.reader import place_in
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.login import person

MOST_SEEN = 50  # rows that the reader names with one position
UNTAGGED = ("tags", "blank")
"""The column and the operator of the filter "not tagged yet"."""


class Stopped(NamedTuple):
    """Where a person stopped: `at`, its number in the file from 1; they have `read` so many of the dataset's `rows`."""

    row_id: str
    at: int
    rows: int
    read: int


def stopped(dataset: Dataset, who: str | None = None) -> Stopped | None:
    """Where this person, or `who`, stopped reading the dataset; null if they have read nothing of it.

    Raises AnnotationError where the database cannot be read.
    """
    stop = session.notes().reads.stop(dataset.fingerprint, who or person())
    if stop is None:
        return None
    places = (dataset.column(ROW_ID) == stop.row_id).arg_true()
    rows = len(dataset.column(ROW_ID))
    return Stopped(stop.row_id, int(places[0]) + 1, rows, stop.rows) if len(places) else None


def begin_at(dataset: Dataset, sequence: pl.Series) -> int:
    """The place in the sequence at which reading begins: where the person stopped, if all rows are in view and rows are
    left there, else 0."""
    if "row" in st.query_params or session.view().filters:
        return 0
    stop = session.notes().reads.stop(dataset.fingerprint, person())
    if stop is None:
        return 0
    rows = (dataset.column(ROW_ID) == stop.row_id).arg_true()
    places = (sequence == rows[0]).arg_true() if len(rows) else rows
    return int(places[0]) if len(places) and places[0] < len(sequence) - 1 else 0


@st.cache_resource(max_entries=8, show_spinner=False)
def _read_rows(key: Key, person: str, _dataset: Dataset) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows of the dataset a person has read, by position; `take` marks those that are read from now on."""
    ids = pl.Series(session.notes().reads.of(_dataset.fingerprint, person), dtype=pl.String)
    return _dataset.column(ROW_ID).is_in(ids.implode()).to_numpy(writable=True)


@st.cache_resource(max_entries=8, show_spinner=False)
def _tagged(key: Key, _dataset: Dataset, _view: View) -> int:
    """How many rows in view have a tag."""
    rows = _dataset.rows_of(_view)
    return int((_dataset.column("tags").gather(rows).list.len() > 0).sum())


def _mask(dataset: Dataset) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return _read_rows(key_of(dataset, ROW_ID, more=[str(session.workspace().home)]), person(), dataset)


def take(dataset: Dataset, sequence: pl.Series, state: object, token: str) -> None:
    """Stores the rows that the reader says were read, once. Raises AnnotationError."""
    position = place_in(state, "at", token)
    if position is None or position >= len(sequence):
        return
    row_id = str(dataset.frame([ROW_ID], sequence.slice(position, 1))[ROW_ID][0])
    seen = [*_seen(state), row_id]
    if st.session_state.get("rows_read") == (token, seen):
        return
    st.session_state["rows_read"] = (token, seen)
    mask, ids = _mask(dataset), dataset.column(ROW_ID)
    rows = ids.is_in(pl.Series(seen).implode()).arg_true()
    new = ids.gather(rows.filter(pl.Series(~mask[rows.to_numpy()]))).to_list()
    session.notes().reads.add(dataset.fingerprint, [*(id for id in new if id != row_id), row_id], person())
    mask[rows.to_numpy()] = True


def _seen(state: object) -> list[str]:
    place = state.get("at") if isinstance(state, Mapping) else None
    seen = place.get("seen") if isinstance(place, Mapping) else None
    return [id for id in seen if isinstance(id, str)][-MOST_SEEN:] if isinstance(seen, list) else []


def words(dataset: Dataset, sequence: pl.Series, of: View | None = None) -> str:
    """How far the rows in view, or those of another view, are: "6 tagged · 144 not yet read"."""
    view = session.view() if of is None else of
    tagged = _tagged(key_of(dataset, "tags", view=view), dataset, view)
    left = len(sequence) - int(_mask(dataset)[sequence.to_numpy()].sum())
    return f"{tagged:,} tagged · " + (f"{left:,} not yet read" if left else "all read")


def choose_untagged() -> None:
    """The switch that leaves only the rows without a tag in view."""
    is_on = any((f.column, f.op) == UNTAGGED for f in session.view().active)
    st.button(
        "Not tagged yet",
        key="untagged",
        type="primary" if is_on else "secondary",
        on_click=_switch_untagged,
        help="Only rows without a tag",
    )


def _switch_untagged() -> None:
    view = session.view()
    others = View(tuple(f for f in view.filters if (f.column, f.op) != UNTAGGED))
    session.set_view(others if len(others.filters) < len(view.filters) else view.narrowed(*UNTAGGED))
