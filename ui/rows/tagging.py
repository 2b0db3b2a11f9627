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
from ui.session import session
from ui.session.login import person
from ui.session.text import count

NO_REASONS: Mapping[str, str] = MappingProxyType({})


def tag_all(dataset: Dataset, rows: pl.Series) -> None:
    """Tags all rows in view after showing their number; can be undone like any other tag."""
    tags = session.notes().vocabulary.tags(dataset.fingerprint)
    tag = st.selectbox("Tag", tags, accept_new_options=True, key="bulk_tag", placeholder="Choose or write a tag")
    act = st.segmented_control("Do", ["add", "remove"], default="add", required=True, key="bulk_act")
    words = "Tag" if act == "add" else "Untag"
    st.button(
        f"{words} {len(rows):,} rows",
        type="primary",
        disabled=not tag,
        key="bulk_go",
        on_click=_tag_all,
        args=(dataset, rows),
    )
    st.button("Undo my latest tags", key="bulk_undo", on_click=undo, args=(dataset, "bulk_said"))
    if message := st.session_state.pop("bulk_said", None):
        st.text(message)


def _tag_all(dataset: Dataset, rows: pl.Series) -> None:
    ids = dataset.frame([ROW_ID], rows)[ROW_ID].to_list()
    is_on = dict.fromkeys(ids, st.session_state["bulk_act"] == "add")
    say(dataset, is_on, str(st.session_state["bulk_tag"]), "bulk_said")


def say(
    dataset: Dataset,
    rows: Mapping[str, bool],
    tag: str,
    message_key: str,
    why: str | None = None,
    reasons: Mapping[str, str] = NO_REASONS,
) -> None:
    """For callbacks: adds the tag to these rows (by id) or removes it, as one batch, with `why` and the `reasons` of
    single rows if given, and adds it to the tags of the dataset. `st.session_state[message_key]` gets the result."""
    notes = session.notes()
    try:
        with st.spinner(f"Tagging {count(len(rows))} …", show_time=True):
            batch = notes.tags.tag_for_reasons(dataset.fingerprint, rows, tag, person(), why, reasons)
        if tag not in (tags := notes.vocabulary.tags(dataset.fingerprint)):
            notes.vocabulary.choose(dataset.fingerprint, [*tags, tag])
    except AnnotationError as error:
        st.session_state[message_key] = str(error)
        return
    st.session_state[message_key] = f"{count(batch.rows)} changed. Undo restores them, like the key U in the reader."


def undo(dataset: Dataset, message_key: str) -> None:
    """For callbacks: undoes the person's latest batch of tags."""
    undone = session.notes().tags.undo(dataset.fingerprint, person())
    st.session_state[message_key] = f"{count(undone.rows)} restored." if undone else "Nothing to undo."


def vocabulary(dataset: Dataset) -> None:
    """The tags of the dataset, in the order of their keys, and how many rows have each."""
    st.text("The keys 1 to 9 give the first nine tags.")
    tags = session.notes().vocabulary.tags(dataset.fingerprint)
    st.multiselect("Tags of this dataset", tags, default=tags, accept_new_options=True, key="tag_names")
    st.button("Save tags", key="save_tags", on_click=_save_vocabulary, args=(dataset,))
    if message := st.session_state.pop("tags_said", None):
        st.text(message)
    for tag, tagged in session.notes().tags.counts(dataset.fingerprint).items():
        st.text(f"{tag}: {count(tagged)}")


def _save_vocabulary(dataset: Dataset) -> None:
    try:
        session.notes().vocabulary.choose(dataset.fingerprint, st.session_state["tag_names"])
    except AnnotationError as error:
        st.session_state["tags_said"] = str(error)
