"""What do the buttons beside a text do: read the row, keep it instead, keep both, the same or not."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import verdicts
from analysis.duplicates.verdicts import Verdicts
from analysis.signal import ROW_ID
from ui.rows import browser
from ui.session import session
from ui.session.login import person
from ui.session.text import count


def wish(row: str) -> None:
    """Remembers the row whose "Read" was clicked."""
    st.session_state["row_to_read"] = row


def grant(dataset: Dataset) -> None:
    """Opens the row whose "Read" was clicked."""
    if row := st.session_state.pop("row_to_read", None):
        browser.open_in_reader(dataset, row)


def act(dataset: Dataset, name: str) -> None:
    """Stores an answer: `instead`, `both` or `same`, and the positions of two rows, separated by `~`."""
    answer, _, places = name.partition("~")
    one, _, other = places.partition("~")
    if not (one.isdecimal() and other.isdecimal() and max(int(one), int(other)) < dataset.height):
        return
    ids = dataset.column(ROW_ID)
    first, second = ids[int(one)], ids[int(other)]
    if answer == "instead":
        verdicts.choose(session.notes(), dataset, first, second, person())
    elif answer in ("both", "same"):
        verdicts.say(session.notes(), dataset, first, second, answer == "same", person())


def take_back(dataset: Dataset, words: Verdicts, key: str) -> None:
    """Says how many answers people gave by hand, and offers to undo the latest of this person."""
    if not words.judged.height and not words.chosen:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Undo my latest answer", key=key, on_click=_undo, args=(dataset,))
        judged = f"By hand: {count(words.judged.height, 'pair')} judged, {len(words.refused):,} of them not the same"
        st.text(f"{judged}; {count(len(words.chosen))} kept instead of others.")


def _undo(dataset: Dataset) -> None:
    session.notes().pairs.undo(dataset.fingerprint, person())
