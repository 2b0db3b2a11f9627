"""The blind check of Read: a random sample labelled without seeing earlier labels, then compared with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import streamlit as st

from analysis.annotations.blind_checks import BlindCheck
from analysis.annotations.tags import clean_tag
from analysis.annotators.blind_samples import MOST_ROWS, askable, draw, labels_to_offer, open_view, telling_columns
from analysis.dataset import Dataset
from analysis.dataset.folder import BY_PEOPLE
from analysis.dataset.names import names_in_file
from analysis.errors import AnnotationError, BlindError
from analysis.reading.payload import payload
from analysis.reading.row_texts import metadata_fields
from analysis.signal import ROW_ID
from analysis.view import View
from ui.components.reader import Change
from ui.reading import desk
from ui.reading.blind_results import results
from ui.rows import masking
from ui.session import history, session
from ui.session.cache_keys import Key, key_of
from ui.session.column_names import namer
from ui.session.login import person
from ui.session.text import count, cut


def words_of(labels: Sequence[str]) -> list[str]:
    """The labels as words for the keys: short, visible and unique, in the same order."""
    words: list[str] = []
    for number, label in enumerate(labels, start=1):
        try:
            word = clean_tag(cut(label, 50))
        except AnnotationError:  # it has no visible character
            word = f"label {number}"
        words.append(word if word not in words else f"{word} ({number})")
    return words


def chosen(dataset: Dataset) -> BlindCheck | None:
    """The check in the URL, else that of this session; None if it is another person's or of another dataset."""
    id = st.query_params.get("check") or history.remembered("check")
    if not id:
        st.session_state.pop("check", None)
        return None
    try:
        check = session.notes().checks.check(str(id))
    except AnnotationError as error:
        _enter(None)
        st.text(str(error))
        return None
    if check.dataset != dataset.fingerprint or check.person != person():
        _enter(None)
        if check.dataset == dataset.fingerprint:
            st.text(f"That blind check is {cut(check.person)}'s. You can begin your own.")
        return None
    _enter(check.id)
    return check


def _enter(id: str | None) -> None:
    if id is None:
        st.session_state.pop("check", None)
        st.query_params.pop("check", None)
        return
    st.session_state["check"] = id
    if st.query_params.get("check") != id:
        st.query_params["check"] = id


def _switch(id: str | None) -> None:
    st.query_params.pop("row", None)
    st.session_state["blind"] = False  # closes the popover that `door` fills
    _enter(id)


def door(dataset: Dataset) -> None:
    """The form that begins a check, and the person's earlier checks."""
    st.text("Label random rows without seeing the labels of others. Then see your agreement with each of them.")
    notes = session.notes()
    for check in notes.checks.listed(dataset.fingerprint, person())[:8]:
        done = len(given(check))
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            words = "Results" if check.ended else "Continue"
            st.button(words, key=f"check_{check.id}", on_click=_switch, args=(check.id,))
            st.text(
                f"{cut(dataset.called(check.asked), 30)}, {done} of {count(len(check.row_ids))} labelled, "
                f"seed {check.seed}"
            )
            st.button("Delete", key=f"drop_{check.id}", type="tertiary", on_click=notes.checks.drop, args=(check.id,))
    columns = askable(dataset)
    if not columns:
        st.text("No column holds labels to check. Set the role label or score of its column on the page Open.")
        return
    asked = st.selectbox("What do you label?", columns, format_func=namer(dataset), key="check_asked")
    with st.container(horizontal=True):
        size = st.number_input("Rows", min_value=1, max_value=MOST_ROWS, value=50, key="check_size")
        seed = st.number_input("Seed", min_value=0, max_value=2**31 - 1, value=0, key="check_seed")
    try:
        labels = _labels(key_of(dataset, asked), asked, dataset)
        key = key_of(dataset, dataset.signal("consensus"), view=session.view())
        rows = _drawn(key, asked, int(size), int(seed), dataset, session.view())
    except BlindError as error:
        st.text(str(error))
        return
    if rows.is_empty():
        st.text(f"No row in view has a value in {dataset.called(asked)}. Remove a filter.")
        return
    hidden, perhaps = telling_columns(dataset, asked, rows)
    st.text(
        f"Not shown during the check: {', '.join(cut(dataset.called(c), 30) for c in hidden)}, tags, the raw record, "
        "and the columns you choose here."
    )
    others = [c for c in dataset.originals if c not in hidden]
    also = st.multiselect(
        "Hide also",
        others,
        default=perhaps,
        format_func=namer(dataset),
        key=f"check_also_{dataset.id}_{asked}",
        help="Chosen at first: columns that differ between rows of one item, because annotators may have written them.",
    )
    left_out = [
        dataset.words_of(f) for f in session.view() if f not in open_view(dataset, session.view(), asked).filters
    ]
    if left_out:
        st.text(
            f"These filters are not applied, because they would reveal answers: {'; '.join(cut(s) for s in left_out)}."
        )
    if st.button(f"Begin with {count(len(rows))}", type="primary", key="check_go"):
        ids = dataset.frame([ROW_ID], rows)[ROW_ID].to_list()
        try:
            check = notes.checks.start(dataset.fingerprint, person(), asked, int(seed), ids, labels, [*hidden, *also])
        except AnnotationError as error:
            st.text(str(error))
            return
        _enter(check.id)
        st.rerun()


@st.cache_resource(max_entries=16, show_spinner=False)
def _labels(key: Key, asked: str, _dataset: Dataset) -> tuple[str, ...]:
    return labels_to_offer(_dataset, asked)


@st.cache_resource(max_entries=16, show_spinner=False)
def _drawn(key: Key, asked: str, size: int, seed: int, _dataset: Dataset, _view: View) -> pl.Series:
    return draw(_dataset, _view, asked, size, seed)


def given(check: BlindCheck) -> dict[str, str]:
    """The words given until now, by row id."""
    answers = session.notes().checks.answers(check).standing(check.dataset)
    return {row_id: tags[0] for row_id, tags, _ in answers.iter_rows() if tags}


def room(dataset: Dataset, check: BlindCheck) -> None:
    """The check, instead of the rows in view: its sample to label, or the comparison of the labels."""
    with st.container(horizontal=True, vertical_alignment="center"):
        drawn = f"{count(len(check.row_ids))} drawn at random with seed {check.seed}"
        st.text(f"Blind check of {cut(check.asked, 40)}: {drawn}. Filters do not apply here.")
        st.space("stretch")
        st.button("Leave the check", key="check_leave", on_click=_switch, args=(None,))
    if check.asked not in dataset.originals:
        st.text(f"The dataset has no column {cut(check.asked)} any more, so the labels cannot be compared.")
        return
    if check.ended:
        results(dataset, check, given(check), words_of(check.labels), _show)
    else:
        rows = pl.DataFrame({ROW_ID: check.row_ids}).join(
            dataset.column(ROW_ID).to_frame().with_row_index("row"), on=ROW_ID
        )
        _label(dataset, check, rows["row"])


@st.fragment
def _label(dataset: Dataset, check: BlindCheck, sequence: pl.Series) -> None:
    words = words_of(check.labels)
    book = desk.Book(
        "blind_reader",
        check.log,
        words,
        lambda rows: shown_rows(dataset, check, rows),
        _store(check, words),
        is_single=True,
    )
    desk.store(book)
    done = given(check)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(
            len(done) / len(check.row_ids),
            f"{len(done)} of {len(check.row_ids)} labelled. Keys 1 to 9 give a label, J shows the next row, U undoes.",
        )
        with st.popover("Compare", key="check_end", disabled=not done):
            st.text(
                f"You have labelled {len(done)} of {len(check.row_ids)}. The comparison shows the labels of others, so "
                "you cannot add labels to this check after it."
            )
            if st.button("End and compare", type="primary", key="check_show"):
                session.notes().checks.end(check.id)
                st.rerun()
    first = next((i for i, row_id in enumerate(check.row_ids) if row_id not in done), 0)
    desk.draw(dataset, book, sequence, check.log, otherwise=first)


def shown_rows(dataset: Dataset, check: BlindCheck, rows: pl.Series) -> list[dict[str, Any]]:
    """The payloads of the rows, without columns that reveal the label, and with the person's own label as the tag."""
    hidden = {*check.hidden, check.asked, "score", "source_record", *BY_PEOPLE}
    frame = dataset.frame([c for c in desk.read_columns(dataset) if c not in hidden], rows)
    fields = [c for c in metadata_fields(dataset.meta, ["row_tokens"]) if c in frame.columns]
    done = given(check)
    labelled = [
        {**row, "tags": [done[row[ROW_ID]]] if row[ROW_ID] in done else []} for row in frame.iter_rows(named=True)
    ]
    return [
        payload(
            row,
            fields=fields,
            withheld="in a blind check",
            originals=fields,
            hits=marks.hits,
            hidden=marks.hidden,
            names=names_in_file(dataset.meta),
        )
        for row, marks in zip(labelled, masking.marks(dataset, rows, labelled), strict=True)
    ]


def _store(check: BlindCheck, words: Sequence[str]) -> Callable[[Change], None]:
    def store_label(change: Change) -> None:
        answers = session.notes().checks.answers(check)
        if change.is_undo:
            answers.undo(check.dataset, check.person)
        elif change.row_id is not None and change.row_id in check.row_ids and change.tag in words:
            before = given(check).get(change.row_id)
            tags = {str(change.tag): bool(change.is_on)}
            if change.is_on and before not in (None, change.tag):
                tags[str(before)] = False
            answers.apply(check.dataset, {change.row_id: tags}, check.person)

    return store_label


def _show(view: View) -> None:
    _switch(None)
    session.set_view(view)
