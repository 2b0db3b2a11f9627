"""Tagging from outside the reader: all rows in view at once, and which tags a dataset has.

What a button does is done by its callback: it runs before the page is drawn, so that no later rerun can swallow it.
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
    """Tags every row in view, with the count said before; undone like any other tag."""
    known = session.notes().vocabulary.tags(dataset.fingerprint)
    tag = st.selectbox("Tag", known, accept_new_options=True, key="bulk_tag", placeholder="Choose or write a tag")
    act = st.segmented_control("Do", ["add", "take off"], default="add", required=True, key="bulk_act")
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
    if said := st.session_state.pop("bulk_said", None):
        st.text(said)


def _tag_all(dataset: Dataset, rows: pl.Series) -> None:
    ids = dataset.frame([ROW_ID], rows)[ROW_ID].to_list()
    said = dict.fromkeys(ids, st.session_state["bulk_act"] == "add")
    say(dataset, said, str(st.session_state["bulk_tag"]), "bulk_said")


def say(
    dataset: Dataset,
    rows: Mapping[str, bool],
    tag: str,
    said: str,
    why: str | None = None,
    reasons: Mapping[str, str] = NO_REASONS,
) -> None:
    """A callback's work: the tag goes on or off these rows (by id) as one batch, with `why` and single `reasons` where
    there are any, and becomes one of the dataset's. What came of it stands in `st.session_state[said]`."""
    notes = session.notes()
    try:
        with st.spinner(f"Tagging {count(len(rows))} …", show_time=True):
            batch = notes.tags.tag_for_reasons(dataset.fingerprint, rows, tag, person(), why, reasons)
        if tag not in (known := notes.vocabulary.tags(dataset.fingerprint)):
            notes.vocabulary.choose(dataset.fingerprint, [*known, tag])
    except AnnotationError as error:
        st.session_state[said] = str(error)
        return
    st.session_state[said] = f"{count(batch.rows)} changed. Undo takes it back, as U does in the reader."


def undo(dataset: Dataset, said: str) -> None:
    """A callback's work: takes back one's latest batch of tags."""
    undone = session.notes().tags.undo(dataset.fingerprint, person())
    st.session_state[said] = f"{count(undone.rows)} are as before." if undone else "Nothing to undo."


def vocabulary(dataset: Dataset) -> None:
    """The tags of the dataset, in the order of their keys, and how many rows have each."""
    st.text("The first nine tags are on the keys 1 to 9.")
    known = session.notes().vocabulary.tags(dataset.fingerprint)
    st.multiselect("Tags of this dataset", known, default=known, accept_new_options=True, key="tag_names")
    st.button("Save tags", key="save_tags", on_click=_save_vocabulary, args=(dataset,))
    if said := st.session_state.pop("tags_said", None):
        st.text(said)
    for tag, tagged in session.notes().tags.counts(dataset.fingerprint).items():
        st.text(f"{tag}: {count(tagged)}")


def _save_vocabulary(dataset: Dataset) -> None:
    try:
        session.notes().vocabulary.choose(dataset.fingerprint, st.session_state["tag_names"])
    except AnnotationError as error:
        st.session_state["tags_said"] = str(error)
