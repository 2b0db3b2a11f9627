"""Ten rows of the chosen finding, read and judged by keys; the precision that follows from the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from analysis.annotations.judgements import OPPOSITES, Answer
from analysis.dataset import Dataset
from analysis.dataset.names import names_in_file
from analysis.findings import Finding
from analysis.inbox import Line, examples, marks
from analysis.reading.payload import payload
from analysis.reading.row_texts import metadata_fields
from analysis.signal import ROW_ID
from analysis.view import View
from ui.components.reader import Change
from ui.findings import checks
from ui.findings.chosen import OPENS
from ui.reading import desk
from ui.rows import masking
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.login import person
from ui.session.text import count

READER = "finding_reader"
LETTERS: dict[str, Answer] = {"y": "real", "n": "false alarm", "a": "accepted"}
SEED = 0
ORDERED = 1_000  # rows whose order is made at once
ASKED = "finding_asked"


@st.cache_resource(max_entries=32, show_spinner=False)
def _order(key: Key, seed: int, most: int, _dataset: Dataset, _view: View) -> pl.Series:
    """The first `most` rows in the order of reading; the order of a million would take a while."""
    return examples.examples(_dataset, _view, seed, most)


@st.cache_resource(max_entries=32, show_spinner=False)
def _sliced_by(key: Key, _dataset: Dataset) -> str | None:
    return examples.slice_column(_dataset)


def read(dataset: Dataset, line: Line) -> None:
    """The examples of a finding, ten at a time, from all slices of the data."""
    finding = line.outcome.finding
    if finding is None:
        return
    tens = -(-finding.rows // examples.AT_ONCE)
    ten = min(_ten(finding), tens - 1)
    by = _sliced_by(key_of(dataset), dataset)
    drawn = f", drawn across {dataset.called(by)}" if by else ""
    first, last = ten * examples.AT_ONCE + 1, min((ten + 1) * examples.AT_ONCE, finding.rows)
    most = -(-last // ORDERED) * ORDERED
    order = _order(key_of(dataset, view=finding.view), SEED, most, dataset, finding.view)
    with st.container(horizontal=True, vertical_alignment="center"):
        of = f"Examples {first} to {last} of" if tens > 1 else "All"
        st.text(
            f"{of} {count(finding.rows)} in random order (seed {SEED}){drawn}."
            if finding.rows > 1
            else "This row shows it."
        )
        if tens > 1:
            st.button("First ten", key="ten_first", disabled=not ten, on_click=_show_ten, args=(finding, 0))
            st.button("Next ten", key="ten_next", disabled=ten + 1 >= tens, on_click=_show_ten, args=(finding, ten + 1))
    masking.say_if_unknown(dataset)
    _read(dataset, finding, order.slice(ten * examples.AT_ONCE, examples.AT_ONCE), ten)


def _ten(finding: Finding) -> int:
    name, number = st.session_state.get("finding_ten", ("", 0))
    return int(number) if name == finding.name else 0


def _show_ten(finding: Finding, number: int) -> None:
    st.query_params.pop("row", None)
    st.session_state["finding_ten"] = (finding.name, number)


@st.fragment
def _read(dataset: Dataset, finding: Finding, rows: pl.Series, ten: int) -> None:
    """The reader over these rows; only this fragment runs again while rows are judged."""
    book = _book(dataset, finding)
    desk.store(book)
    masking.take_wish(st.session_state.get(book.key))
    if st.session_state.pop(ASKED, False):
        st.session_state[OPENS] = True
        st.rerun()  # what it opens is outside this fragment
    lines = checks.lines(dataset, checks.checked(dataset))
    line = next(one for one in lines if one.check.name == finding.name)
    if st.session_state.setdefault("finding_state_drawn", {}).get(finding.name, line.state.name) != line.state.name:
        st.session_state["finding_state_drawn"][finding.name] = line.state.name
        st.rerun()  # the list beside it shows the state
    st.session_state["finding_state_drawn"][finding.name] = line.state.name
    st.text(precision_words(line))
    desk.draw(dataset, book, rows, f"{dataset.id}|{finding.name}|{ten}")


def precision_words(line: Line) -> str:
    """How precise the finding is, by the answers until now, or how to answer."""
    judged, finding = line.judged, line.outcome.finding
    keys = "Keys: Y, N, A; T tags all rows, U undoes, J and K move."
    if (precision := judged.precision) is None or finding is None:
        return f"No row is judged yet, so the precision is not known. {keys}"
    interval = f"{precision.low:.0%} to {precision.high:.0%}"
    accepted = f" {count(judged.accepted)} accepted." if judged.accepted else ""
    return (
        f"Precision {precision.share:.0%} ({interval}, 95 % interval): {judged.real} real of {precision.judged} "
        f"judged, of {count(finding.rows)}.{accepted} {keys}"
    )


def _book(dataset: Dataset, finding: Finding) -> desk.Book:
    def payloads(rows: pl.Series) -> list[dict[str, Any]]:
        return _payloads(dataset, finding, rows)

    def store(change: Change) -> None:
        judgements = session.notes().judgements
        if change.is_undo:
            judgements.undo(dataset.fingerprint, finding.name, person())
            return
        answer = next((answer for answer in LETTERS.values() if answer == change.tag), None)
        if change.row_id is not None and answer is not None:
            judgements.judge(
                dataset.fingerprint, finding.name, [change.row_id], answer, person(), is_on=bool(change.is_on)
            )

    kept = f"{dataset.fingerprint}/finding/{finding.name}"
    asks = {"t": "tag all"}
    more = {"letters": LETTERS, "opposites": OPPOSITES, "advances": True, "asks": asks, "subject": finding.name}
    return desk.Book(READER, kept, list(LETTERS.values()), payloads, store, more=more, on_asked=_tag_all)


def _tag_all() -> None:
    st.session_state[ASKED] = True


@st.cache_resource(max_entries=32, show_spinner=False)
def _held(key: Key, _dataset: Dataset, _columns: Sequence[str], _rows: pl.Series) -> list[dict[str, Any]]:
    """The values of a few rows, which are in many parts of the dataset."""
    return list(_dataset.frame(list(_columns), _rows).iter_rows(named=True))


def _payloads(dataset: Dataset, finding: Finding, rows: pl.Series) -> list[dict[str, Any]]:
    """The rows for the reader: the places of the finding marked, and the answers in the place of tags."""
    columns = desk.read_columns(dataset)
    held = _held(key_of(dataset, *columns, more=tuple(map(str, rows))), dataset, columns, rows)
    fields = metadata_fields(dataset.meta, [c for c in ("row_tokens", "duplicate_group_size") if c in columns])
    answers = _answers(finding)
    places = marks.marks_of(dataset, finding.check, rows, held)
    asked: set[str] = st.session_state.get("shown_rows", set())
    shown = []
    for row, of_row, place in zip(held, masking.marks(dataset, rows, held), places, strict=True):
        given, disputed = answers.get(row[ROW_ID], ([], []))
        one = payload(
            {**row, "tags": given, "disputed_tags": disputed},
            fields=fields,
            originals=list(dataset.originals),
            hits=[*of_row.hits, *place],
            hidden=of_row.hidden,
            names=names_in_file(dataset.meta),
        )
        shown.append(one | {"shown": row[ROW_ID] in asked and bool(of_row.types)})
    return shown


def _answers(finding: Finding) -> Mapping[str, tuple[list[str], list[str]]]:
    """By row id: the answers that hold, and those that are disputed."""
    frame = (
        session.notes()
        .judgements.in_force(finding.name)
        .group_by("row_id")
        .agg(pl.col("answer").filter("holds").alias("given"), pl.col("answer").filter("is_disputed").alias("disputed"))
    )
    return {row_id: (given, disputed) for row_id, given, disputed in frame.iter_rows()}
