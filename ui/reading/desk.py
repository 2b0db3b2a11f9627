"""The reading desk: rows one at a time, with keys for tags, notes and texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL, PLACE, TAGS
from analysis.dataset.names import names_in_file
from analysis.errors import AnnotationError
from analysis.reading.judged_items import Votes, votes_beside
from analysis.reading.payload import MAX_WINDOW_CHARS, payload, within_budget
from analysis.reading.row_texts import metadata_fields
from analysis.signal import ROW_ID
from analysis.view import View
from ui.components.reader import Change, place_in, read_log, reader
from ui.reading import as_rendered, editing, noting, progress, reading_order, row_findings, same_fault, storing
from ui.reading.as_tokens import Tokens, take_training_wish, tokens_of
from ui.rows import like, masking
from ui.session import places, session
from ui.session.cache_keys import Key, key_of
from ui.session.login import note_change

NO_FINDINGS = row_findings.RowFindings([], [])
NO_MORE: Mapping[str, Any] = MappingProxyType({})
TOKENS_WINDOW, TOKENS_CHARACTERS = 6, 20_000  # of rows whose tokens are sent with their texts
FIRST_TEXTS = ("prompt", "response", "text")
WINDOW, BEFORE = 32, 10  # with rows of 500 bytes, text and record, a message stays well below 150 kB


@st.cache_resource(show_spinner=False)
def acked() -> dict[str, int]:
    """The number of the last stored key press of each reader, for all browsers of this server."""
    return {}


ANSWERED = "answered_row"
"""In the session: the row that was just answered in a reader that then shows the next one."""


class Book(NamedTuple):
    """What a reader shows and stores: its widget `key`, the name `kept` under which its words are stored, the `words`
    on the keys, the `payloads` of rows, and `store` for a key press. `is_single`: a row has at most one word;
    `has_similar`: the reader offers other views, such as similar rows; `can_edit`: texts can be edited; `can_note`: a
    note can be written on a row; `can_render`: texts can be shown as Markdown; `tokens`: how it shows rows as tokens,
    if it does; `window`: how many rows are sent at once, and `characters` how many of their texts; `more`: what else
    the reader is given, such as the letters on its keys; `on_asked` is called when a key asks the page for
    something."""

    key: str
    kept: str
    words: Sequence[str]
    payloads: Callable[[pl.Series], list[dict[str, Any]]]
    store: Callable[[Change], None]
    is_single: bool = False
    has_similar: bool = False
    can_edit: bool = False
    can_note: bool = False
    can_render: bool = False
    tokens: Tokens | None = None
    window: int = WINDOW
    characters: int = MAX_WINDOW_CHARS
    more: Mapping[str, Any] = NO_MORE
    on_asked: Callable[[], None] | None = None


@st.fragment
def desk(dataset: Dataset, sequence: pl.Series, token: str, of: View | None = None) -> None:
    """Draws the reader over a window of the sequence; only this fragment reruns during reading and tagging.

    `of` is the view of these rows if they are not those in view."""

    def payloads(rows: pl.Series) -> list[dict[str, Any]]:
        return payloads_of(dataset, rows, editing.whole_row(st.session_state.get("reader")), with_findings=True)

    words = session.notes().vocabulary.tags(dataset.fingerprint)
    tokens = tokens_of(dataset)
    book = Book(
        "reader", dataset.fingerprint, words, payloads, storing.store_of(dataset), has_similar=True, tokens=tokens
    )
    book = book._replace(can_edit=True, can_note=True, can_render=True)
    asks = store(book) and note_change()
    session.take_tags(dataset)
    masking.take_wish(st.session_state.get(book.key))
    state = st.session_state.get(book.key)
    if like.take_wish(state) or same_fault.take_wish(state):
        st.rerun()
    if take_training_wish(state):
        st.switch_page(places.page("training"), query_params={"d": dataset.id, "f": session.view().to_params()})
    begin = progress.begin_at(dataset, sequence)
    try:
        progress.take(dataset, sequence, state, token)
    except AnnotationError as error:
        st.text(f"That this row was read could not be stored. {error}")
    greeting = "You stopped here last time. G goes to another row." if begin else ""
    book = book._replace(more={"progress": progress.words(dataset, sequence, of), "greeting": greeting})
    draw(dataset, book, sequence, token, begin)
    if asks:
        st.rerun()  # the page asks for the name


@st.fragment
def read_tokens(dataset: Dataset, sequence: pl.Series, token: str, tokens: Tokens) -> None:
    """Draws a reader that begins with the tokens of the rows, for a page of another question; it stores tags too."""

    def payloads(rows: pl.Series) -> list[dict[str, Any]]:
        return payloads_of(dataset, rows)

    words = session.notes().vocabulary.tags(dataset.fingerprint)
    book = Book("token_reader", dataset.fingerprint, words, payloads, storing.store_of(dataset), tokens=tokens)
    book = book._replace(window=TOKENS_WINDOW, characters=TOKENS_CHARACTERS, can_note=True)
    store(book)
    session.take_tags(dataset)
    masking.take_wish(st.session_state.get(book.key))
    draw(dataset, book, sequence, token)


def draw(dataset: Dataset, book: Book, sequence: pl.Series, token: str, otherwise: int = 0) -> None:
    """The reader with the rows around the current one; it opens at the row in the URL, or at `otherwise`."""
    state = st.session_state.get(book.key)
    if (position := place_in(state, "at", token)) is not None and position < len(sequence):
        st.query_params["row"] = str(dataset.frame([ROW_ID], sequence.slice(position, 1))[ROW_ID][0])
    begin = reading_order.find_row(dataset, sequence, st.query_params.get("row"), otherwise)
    st.session_state[session.PLACE_READ] = begin + 1
    wanted = place_in(state, "want", token)
    wanted = begin if wanted is None else min(wanted, len(sequence) - 1)
    base = max(0, wanted - min(BEFORE, book.window // 3))
    payloads = book.payloads(sequence.slice(base, book.window))
    first, end = within_budget(payloads, wanted - base, book.characters)
    shown = payloads[first:end]
    data: dict[str, Any] = {
        "revision": token,
        "total": len(sequence),
        "base": base + first,
        "at": next_place(
            begin, len(sequence), _id_at(shown, begin - base - first), st.session_state.pop(ANSWERED, None)
        ),
        "rows": shown,
        "tags": list(book.words),
        "single": book.is_single,
        "similar": book.has_similar,
        "dataset": book.kept,
        "acked": acked(),
        "editable": book.can_edit,
        "notable": book.can_note,
        "refused": editing.refusals(),
        **book.more,
    }
    if book.can_render:
        data["rendered"] = as_rendered.is_on(state)
        if data["rendered"] and 0 <= begin - base - first < len(shown):
            as_rendered.add(shown, begin - base - first)
    if book.tokens is not None:
        data["tokens"] = book.tokens.offered(state)
        near = begin - base - first
        if data["tokens"]["on"] and data["tokens"]["possible"] and 0 <= near < len(shown):
            book.tokens.add(shown, sequence.slice(base + first, len(shown)), near, state)
    reader(key=book.key, data=data, on_log=_nothing, on_want=_nothing, on_at=_nothing, on_asked=book.on_asked)


def _id_at(shown: Sequence[Mapping[str, Any]], near: int) -> str | None:
    return str(shown[near]["id"]) if 0 <= near < len(shown) else None


def next_place(place: int, total: int, row_id: str | None, answered: str | None) -> int:
    """Where the reader will be: one further than `place` where the row there, `row_id`, was just answered.

    The reader says so a moment later. All is as it was sent then, so that Streamlit sends a reference to it.

    >>> next_place(3, 10, "a", "a"), next_place(9, 10, "a", "a"), next_place(3, 10, "a", "b")
    (4, 9, 3)
    """
    return min(place + 1, total - 1) if answered is not None and answered == row_id else place


def _nothing() -> None:
    """A callback without work: the rerun of the fragment reads the change."""


def read_columns(dataset: Dataset) -> list[str]:
    """The columns that the reader shows."""
    added = [c for c in dataset.schema if c.endswith("_tokens") or c == "structure_faults"]
    names = [ROW_ID, *dataset.canonical, *(c for c in dataset.originals if c not in CANONICAL), *PLACE, *added, *TAGS]
    return list(dict.fromkeys(names))


def payloads_of(
    dataset: Dataset, rows: pl.Series, whole: str | None = None, *, with_findings: bool = False
) -> list[dict[str, Any]]:
    """What the reader shows of these rows; no text of the row with the id `whole` is cut. `with_findings`: also which
    findings a row has, and where in its texts."""
    frame = dataset.frame(read_columns(dataset), rows)
    searches = [(f.op, f.value) for f in session.view().active if f.op in ("has", "word", "re")]
    fields = metadata_fields(dataset.meta, [c for c in ("row_tokens", "duplicate_group_size") if c in frame.columns])
    originals = list(dataset.originals)
    votes = _votes(key_of(dataset, dataset.signal("consensus"), more=map(str, rows)), dataset, rows)
    held = list(frame.iter_rows(named=True))
    proposals = editing.proposals_of(dataset, frame[ROW_ID])
    written = noting.notes_of(dataset, frame[ROW_ID])
    tagged_by = noting.others_of(dataset, frame[ROW_ID])
    asked: set[str] = st.session_state.get("shown_rows", set())
    shown_findings = row_findings.findings_of(dataset, rows, held) if with_findings else [NO_FINDINGS] * len(held)
    return [
        payload(
            row,
            fields=fields,
            originals=originals,
            hits=[*marks.hits, *finding.places],
            searches=searches,
            votes=votes.get(position),
            hidden=marks.hidden,
            names=names_in_file(dataset.meta),
            proposals=proposals.get(row[ROW_ID], ()),
            written=written.get(row[ROW_ID], ()),
            is_whole=row[ROW_ID] == whole,
        )
        | {"shown": row[ROW_ID] in asked and bool(marks.types), "findings": finding.lines()}
        | {"by": tagged_by.get(row[ROW_ID], {})}
        for position, row, marks, finding in zip(
            rows, held, masking.marks(dataset, rows, held), shown_findings, strict=True
        )
    ]


@st.cache_resource(max_entries=64, show_spinner=False)
def _votes(key: Key, _dataset: Dataset, _rows: pl.Series) -> dict[int, Votes]:
    """The judgements of the items of a window of rows; the same for every key press in it."""
    return votes_beside(_dataset, _rows)


def store(book: Book) -> bool:
    """Stores each key press as one event and acknowledges it; the reader sends the others again. Whether it stored
    any."""
    stored = False
    for change in read_log(st.session_state.get(book.key), acked(), book.kept):
        try:
            book.store(change)
        except AnnotationError as error:
            st.error("The change could not be stored. The reader keeps it and sends it again.")
            st.text(str(error))
            return False
        stored = True
        acked()[change.client] = change.seq
        st.session_state[ANSWERED] = change.row_id if book.more.get("advances") and change.is_on else None
    return stored
