"""The reading desk: the rows in view one at a time, in an order one chooses, and the tags one gives them."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from analysis.annotations import AnnotationError
from analysis.dataset import CANONICAL, PLACE, TAGS, Dataset
from analysis.reading import metadata_fields, payload, within_budget
from analysis.signal import ROW_ID
from ui import session
from ui.login import person
from ui.reader import place_in, read_log, reader

WINDOW, BEFORE = 48, 16  # rows of half a kilobyte, text and record, stay below 150 kB a message
ORDERS = {
    "given": "as in the file",
    "random": "random (seeded)",
    "longest": "longest first",
    "shortest": "shortest first",
}


@st.cache_resource(show_spinner=False)
def _acked() -> dict[str, int]:
    """The last stored key press of each reader that any browser of this server shows."""
    return {}


@st.cache_resource(max_entries=8, show_spinner=False)
def _ordered(key: tuple[str, ...], order: str, seed: int, _rows: pl.Series, _lengths: pl.Series | None) -> pl.Series:
    if order == "random":
        return _rows.shuffle(seed=seed)
    if _lengths is None:
        return _rows
    return _rows.gather(_lengths.gather(_rows).arg_sort(descending=order == "longest", nulls_last=True))


def ordered(dataset: Dataset, rows: pl.Series, order: str, seed: int) -> pl.Series:
    """The positions in reading order; kept while the view stays the same."""
    lengths = dataset.column("row_chars") if order in ("longest", "shortest") else None
    key = (dataset.id, *session.view().to_params(), str(dataset.tag_revision) if _asks_for_tags() else "")
    return _ordered(key, order, seed, rows, lengths)


def _asks_for_tags() -> bool:
    return bool(session.view().columns() & set(TAGS))


def revision(dataset: Dataset, order: str, seed: int) -> str:
    """What tells one sequence of rows from another. Tags given while reading do not move the rows under one's eyes."""
    return "|".join((dataset.id, order, str(seed), *session.view().to_params()))


def find_row(dataset: Dataset, sequence: pl.Series, row_id: str | None) -> int:
    """Where a row stands in the sequence; 0 where it is not among the rows in view."""
    if not row_id:
        return 0
    at = (dataset.column(ROW_ID) == row_id).arg_true()
    found = (sequence == at[0]).arg_true() if len(at) else at
    return int(found[0]) if len(found) else 0


@st.fragment
def desk(dataset: Dataset, sequence: pl.Series, token: str) -> None:
    """Draws the reader over a window of the sequence; only this reruns while one reads and tags."""
    _store_tags(dataset)
    state = st.session_state.get("reader")
    if (at := place_in(state, "at", token)) is not None and at < len(sequence):
        st.query_params["row"] = str(dataset.frame([ROW_ID], sequence.slice(at, 1))[ROW_ID][0])
    begin = find_row(dataset, sequence, st.query_params.get("row"))
    wanted = place_in(state, "want", token)
    wanted = begin if wanted is None else min(wanted, len(sequence) - 1)
    base = max(0, wanted - BEFORE)
    payloads = _payloads(dataset, sequence.slice(base, WINDOW))
    first, end = within_budget(payloads, wanted - base)
    data: dict[str, Any] = {
        "revision": token,
        "total": len(sequence),
        "base": base + first,
        "at": begin,
        "rows": payloads[first:end],
        "tags": session.notes().vocabulary(dataset.fingerprint),
        "dataset": dataset.fingerprint,
        "acked": _acked(),
    }
    reader(key="reader", data=data, on_log=_nothing, on_want=_nothing, on_at=_nothing)


def _nothing() -> None:
    """The fragment that reruns reads what changed."""


def _payloads(dataset: Dataset, rows: pl.Series) -> list[dict[str, Any]]:
    lengths = [c for c in dataset.schema if c.endswith("_tokens")]
    names = [ROW_ID, *dataset.canonical, *(c for c in dataset.originals if c not in CANONICAL), *PLACE, *lengths, *TAGS]
    frame = dataset.frame(list(dict.fromkeys(names)), rows)
    searches = [(f.op, f.value) for f in session.view().active if f.op in ("has", "word", "re")]
    fields = metadata_fields(dataset.meta, [c for c in ("row_tokens", "duplicate_group_size") if c in frame.columns])
    originals = list(dataset.originals)
    return [payload(row, fields=fields, originals=originals, searches=searches) for row in frame.iter_rows(named=True)]


def _store_tags(dataset: Dataset) -> None:
    """Each key press becomes one event; what is stored is acknowledged, what is not the reader sends again."""
    notes = session.notes()
    for change in read_log(st.session_state.get("reader"), _acked(), dataset.fingerprint):
        try:
            if change.is_undo:
                notes.undo(dataset.fingerprint, person())
            elif change.row_id is not None and change.tag is not None:
                notes.apply(dataset.fingerprint, {change.row_id: {change.tag: bool(change.is_on)}}, person())
        except AnnotationError as error:
            st.error("The tag could not be stored; it is kept in the reader and sent again.")
            st.text(str(error))
            return
        _acked()[change.client] = change.seq
    session.take_tags(dataset)


def tag_all(dataset: Dataset, rows: pl.Series) -> None:
    """Tags every row in view, with the count said before; undone like any other tag."""
    notes = session.notes()
    known = notes.vocabulary(dataset.fingerprint)
    tag = st.selectbox("Tag", known, accept_new_options=True, key="bulk_tag", placeholder="Choose or write a tag")
    act = st.segmented_control("Do", ["add", "take off"], default="add", required=True, key="bulk_act")
    words = "Tag" if act == "add" else "Untag"
    if st.button(f"{words} {len(rows):,} rows", type="primary", disabled=not tag, key="bulk_go"):
        ids = dataset.frame([ROW_ID], rows)[ROW_ID].to_list()
        try:
            batch = notes.tag_rows(dataset.fingerprint, ids, str(tag), person(), is_on=act == "add")
            if tag not in known:
                notes.set_vocabulary(dataset.fingerprint, [*known, str(tag)])
        except AnnotationError as error:
            st.text(str(error))
            return
        st.session_state["bulk_said"] = f"{batch.rows:,} rows changed. U in the reader, or Undo here, takes it back."
        st.rerun()
    if st.button("Undo my latest tags", key="bulk_undo"):
        undone = notes.undo(dataset.fingerprint, person())
        st.session_state["bulk_said"] = f"{undone.rows:,} rows are as before." if undone else "Nothing to undo."
        st.rerun()
    if said := st.session_state.pop("bulk_said", None):
        st.text(said)
