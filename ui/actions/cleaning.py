"""Cleaning the texts of the rows in view: a preview, and the cleaned texts as proposals."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import HAS_PROPOSAL
from analysis.export.cleaned_rows import CleanedText, cleaned_rows
from analysis.export.request import CLEANABLE
from analysis.noise import KINDS
from analysis.reading.differences import difference
from analysis.reading.side_by_side import Card, Group
from ui.components import side_by_side as component
from ui.rows import browser, undoing
from ui.session import jobs, session
from ui.session.cache_keys import Key, key_of
from ui.session.clicks import clicked
from ui.session.login import person
from ui.session.text import count

COUNTED_ROWS = 20_000
SHOWN = 3
BEFORE_CHARS, EXCERPT_CHARS = 160, 560
JOB = "cleaning_job"


class Outlook(NamedTuple):
    """What cleaning would change among the rows looked at: the rows, the texts, and the first few of them."""

    looked_at: int
    rows: int
    texts: int
    first: list[CleanedText]


def button(dataset: Dataset) -> None:
    """The button that opens the dialog, or the progress of the job that proposes the cleaned texts."""
    if not dataset.has_examples:
        return
    if st.button("Clean", icon=":material/mop:", key="clean_rows", disabled=JOB in st.session_state):
        _dialog(dataset)


def progress(dataset: Dataset) -> None:
    """How far the job is that proposes the cleaned texts, while it runs."""
    if job := st.session_state.get(JOB):
        jobs.wait_for(job, "Proposing the cleaned texts", _done)


@st.dialog("Clean the rows in view", width="large")
def _dialog(dataset: Dataset) -> None:
    rows = dataset.rows_of(session.view())
    st.text(
        "Removes noise from the texts as an export would. Each cleaned text becomes a proposal that you can read, "
        "change, withdraw and undo. The rows themselves stay as they are."
    )
    titles = {name: KINDS[name].title for name in CLEANABLE}
    kinds = st.multiselect("Remove", list(titles), format_func=titles.__getitem__, key="clean_kinds")
    if not kinds:
        st.text("Choose what to remove. The page Format counts each kind.")
        return
    seen = outlook(dataset, rows, tuple(kinds))
    of = "in view" if seen.looked_at == len(rows) else f"of the first {seen.looked_at:,} in view"
    st.text(f"{count(seen.rows)} {of} would change, in {count(seen.texts, 'text')}.")
    _preview(dataset, seen.first)
    is_all = seen.looked_at == len(rows)
    words = f"Propose the cleaned texts of {count(seen.rows)}" if is_all else f"Clean all {count(len(rows))} in view"
    if clicked(words, "clean_go", type="primary", disabled=is_all and not seen.rows):
        _start(dataset, tuple(kinds))
        st.rerun()  # the dialog closes, and the page shows the progress


def outlook(dataset: Dataset, rows: pl.Series, kinds: tuple[str, ...]) -> Outlook:
    """What cleaning these rows would change; of many rows only the first are looked at."""
    view = session.view()
    key = key_of(dataset, *(c for c in dataset.canonical), HAS_PROPOSAL, view=view)
    return _outlook(key, kinds, dataset, rows)


@st.cache_resource(max_entries=16, show_spinner="Counting the rows that change …")
def _outlook(key: Key, kinds: tuple[str, ...], _dataset: Dataset, _rows: pl.Series) -> Outlook:
    looked_at = _rows.head(COUNTED_ROWS)
    texts = [text for part in cleaned_rows(_dataset, looked_at, kinds) for text in part.texts]
    return Outlook(len(looked_at), len({text.row_id for text in texts}), len(texts), texts[:SHOWN])


def _preview(dataset: Dataset, texts: list[CleanedText]) -> None:
    """A few texts before and after, with what is removed and what is written instead marked."""
    if texts:
        component.side_by_side([_group(text) for text in texts], "clean_preview", _wish)
    if row := st.session_state.pop("cleaned_row_to_read", None):
        browser.open_in_reader(dataset, row)


def _wish(row: str) -> None:
    st.session_state["cleaned_row_to_read"] = row


def _group(text: CleanedText) -> Group:
    """One text before and after, from a little before the first change on."""
    parts = difference(text.before, text.after)
    same = len(parts[0][1]) if parts[0][0] == "same" else 0
    begin = max(0, same - BEFORE_CHARS)
    cards = [
        _card("Before", text, parts, begin, "add", "removed"),
        _card("After", text, parts, begin, "del", "instead"),
    ]
    return Group(f"{text.field} of row {text.row_id}", (), cards)


def _card(title: str, text: CleanedText, parts: list[Any], begin: int, without: str, word: str) -> Card:
    whole, spans = "", []
    for kind, piece in parts:
        if kind == without:
            continue
        if kind != "same":
            spans.append((len(whole), len(whole) + len(piece), "differs", word))
        whole += piece
    end = begin + EXCERPT_CHARS
    about = f"characters {begin + 1:,} to {min(end, len(whole)):,} of {len(whole):,}" if len(whole) > end else ""
    shown = [
        (max(s - begin, 0), min(e, end) - begin, css, named) for s, e, css, named in spans if e > begin and s < end
    ]
    return Card(title, whole[begin:end], shown, about, text.row_id)


def _start(dataset: Dataset, kinds: tuple[str, ...]) -> None:
    arguments = [f"--kind={kind}" for kind in kinds]
    arguments += [f"--where={text}" for text in session.view().to_params()]
    st.session_state[JOB] = jobs.start("clean", *arguments, "--person", person(), "--", dataset.id)


def _done(result: Any) -> None:
    st.session_state.pop(JOB, None)
    if result is None:
        return
    unfit = (
        f" {count(result['unfit_texts'], 'text')} cannot be proposed; edit them by hand."
        if result["unfit_texts"]
        else ""
    )
    undoing.tell(f"The cleaned texts of {count(result['proposed_rows'])} are proposed.{unfit} Undo takes them back.")
