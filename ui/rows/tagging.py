"""Tagging from outside the reader: all rows in view at once, and which tags a dataset has.

The work of a button is done by its callback, which runs before the page is drawn, so that no later rerun can skip it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from analysis.signal import ROW_ID
from ui.rows import undoing
from ui.session import session
from ui.session.login import note_batch, note_change, person
from ui.session.text import count

NO_REASONS: Mapping[str, str] = MappingProxyType({})
DROP = "drop"


def tag_all(dataset: Dataset, rows: pl.Series, place: str = "bulk") -> None:
    """Tags all these rows after showing their number; can be undone like any other tag. `place` begins the keys of the
    widgets."""
    tags = session.notes().vocabulary.tags(dataset.fingerprint)
    tag = st.selectbox("Tag", tags, accept_new_options=True, key=f"{place}_tag", placeholder="Choose or write a tag")
    act = st.segmented_control("Do", ["add", "remove"], default="add", required=True, key=f"{place}_act")
    words = "Tag" if act == "add" else "Untag"
    st.button(
        f"{words} {len(rows):,} rows",
        type="primary",
        disabled=not tag,
        key=f"{place}_go",
        on_click=_tag_all,
        args=(dataset, rows, place),
    )
    if place != "bulk":
        return
    st.divider()
    vocabulary(dataset)


def _tag_all(dataset: Dataset, rows: pl.Series, place: str) -> None:
    ids = dataset.frame([ROW_ID], rows)[ROW_ID].to_list()
    is_on = dict.fromkeys(ids, st.session_state[f"{place}_act"] == "add")
    say(dataset, is_on, str(st.session_state[f"{place}_tag"]))


def drop_all(dataset: Dataset, rows: pl.Series, place: str = "drop", which: str = "in view") -> None:
    """Tags all these rows `drop`, with a reason that the export and the receipt repeat. `place` begins the keys of the
    widgets, `which` says which rows they are."""
    dropped = int(dataset.column("tags").list.contains(DROP).gather(rows).sum())
    st.text("Rows with the tag drop are left out of an export. Nothing is deleted.")
    st.text_input("Reason", key=f"{place}_reason", placeholder="such as: the answer is cut off", max_chars=200)
    if dropped:
        st.text(f"{dropped:,} of {count(len(rows))} {which} already have this tag.")
    new = len(rows) - dropped
    st.button(
        f"Drop {count(new)}",
        type="primary",
        disabled=not new,
        key=f"{place}_go",
        on_click=_drop_all,
        args=(dataset, rows, place),
    )


def _drop_all(dataset: Dataset, rows: pl.Series, place: str) -> None:
    ids = dataset.frame([ROW_ID], rows)[ROW_ID].to_list()
    reason = str(st.session_state.get(f"{place}_reason") or "").strip()
    say(dataset, dict.fromkeys(ids, True), DROP, reason or None, dict.fromkeys(ids, reason) if reason else NO_REASONS)


def say(
    dataset: Dataset,
    rows: Mapping[str, bool],
    tag: str,
    why: str | None = None,
    reasons: Mapping[str, str] = NO_REASONS,
) -> None:
    """For callbacks: adds the tag to these rows (by id) or removes it, as one batch, with `why` and the `reasons` of
    single rows if given, and adds it to the tags of the dataset. The bar of actions says the result."""
    notes = session.notes()
    try:
        with st.spinner(f"Tagging {count(len(rows))} …", show_time=True):
            batch = notes.tags.tag_for_reasons(dataset.fingerprint, rows, tag, person(), why, reasons)
        if tag not in (tags := notes.vocabulary.tags(dataset.fingerprint)):
            notes.vocabulary.choose(dataset.fingerprint, [*tags, tag])
    except AnnotationError as error:
        undoing.tell(str(error))
        return
    note_batch(batch)
    note_change()
    undoing.tell_change(batch.rows, tag)


def vocabulary(dataset: Dataset) -> None:
    """The tags of the dataset, in the order of their keys, and how many rows have each."""
    st.text("The keys 1 to 9 give the first nine tags.")
    tags = session.notes().vocabulary.tags(dataset.fingerprint)
    st.multiselect("Tags of this dataset", tags, default=tags, accept_new_options=True, key="tag_names")
    st.button("Save tags", key="save_tags", on_click=_save_vocabulary, args=(dataset,))
    for tag, tagged in session.notes().tags.counts(dataset.fingerprint).items():
        st.text(f"{tag}: {count(tagged)}")


def _save_vocabulary(dataset: Dataset) -> None:
    try:
        session.notes().vocabulary.choose(dataset.fingerprint, st.session_state["tag_names"])
    except AnnotationError as error:
        undoing.tell(str(error))
