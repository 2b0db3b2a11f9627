"""A person's last change of rows (tags, proposed texts, answers on findings): undone and made again."""

from __future__ import annotations

import streamlit as st

from analysis.annotations import last_changes
from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from ui.session import session
from ui.session.login import nameless_batches, person
from ui.session.text import count, cut

_SENTENCE = "changed_rows"  # what the last action on rows did; shown once
_CAN_REDO = "can_redo_change"


def tell(sentence: str) -> None:
    """For callbacks: the sentence is shown in the bar of actions when the page is drawn."""
    st.session_state[_SENTENCE] = sentence
    st.session_state[_CAN_REDO] = False


def tell_change(rows: int, tag: str) -> None:
    """For callbacks: says of how many rows a tag was changed."""
    changed = f"Tag “{cut(tag, 40)}”: {count(rows)} changed. Undo restores them, like the key U in the reader."
    tell(changed if rows else "No row changed.")


def undo(dataset: Dataset) -> None:
    """For callbacks: undoes the person's last change."""
    try:
        undone = last_changes.undo_last(session.notes(), dataset.fingerprint, person(), nameless_batches())
    except AnnotationError as error:
        tell(str(error))
        return
    tell(f"Undone: {undone.what} of {count(undone.rows)}." if undone else "Nothing to undo.")
    st.session_state[_CAN_REDO] = undone is not None


def redo(dataset: Dataset) -> None:
    """For callbacks: makes the change again that was undone last."""
    try:
        again = last_changes.redo_last(session.notes(), dataset.fingerprint, person(), nameless_batches())
    except AnnotationError as error:
        tell(str(error))
        return
    tell(f"Made again: {again.what} of {count(again.rows)}." if again else "Nothing to redo.")


def say_last(dataset: Dataset) -> None:
    """What the last action did, once; after an undo with a button that makes the change again."""
    sentence = st.session_state.pop(_SENTENCE, None)
    if sentence is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="changed"):
        st.text(sentence, width="content")
        if st.session_state.pop(_CAN_REDO, False):
            st.button("Redo", key="redo_change", icon=":material/redo:", on_click=redo, args=(dataset,))
