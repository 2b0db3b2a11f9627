"""Texts edited in the reader: stored as proposals, refused with a reason, and shown beside the row's own."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import UnfitTextError
from analysis.proposals import propose_texts
from analysis.reading.proposed import ProposedText
from analysis.signal import ROW_ID
from ui.components.reader import Change
from ui.session import session
from ui.session.login import person

MOST_REFUSALS = 200


@st.cache_resource(show_spinner=False)
def refusals() -> list[tuple[str, int, str]]:
    """(client, number, reason) of the changes that cannot be stored, latest last; all sessions share them."""
    return []


def proposals_of(dataset: Dataset, row_ids: pl.Series) -> dict[str, list[ProposedText]]:
    """The texts proposed for these rows, by row id."""
    proposed: dict[str, list[ProposedText]] = {}
    lines = dataset.proposals.filter(pl.col(ROW_ID).is_in(row_ids.implode()))
    for line in lines.iter_rows(named=True):
        minute = f"{line['at']:%Y-%m-%d %H:%M}"
        one = ProposedText(line["field"], line["text"], line["person"], minute, line["why"] or "")
        proposed.setdefault(line[ROW_ID], []).append(one)
    return proposed


def whole_row(state: object) -> str | None:
    """The id of the row whose whole texts the reader asked for, if any."""
    asked = state.get("whole") if isinstance(state, Mapping) else None
    row_id = asked.get("id") if isinstance(asked, Mapping) else None
    return row_id if isinstance(row_id, str) else None


def is_of_text(change: Change) -> bool:
    """Whether a change of the reader is about a text and not about a tag."""
    return change.withdraws or change.field is not None


def store(dataset: Dataset, change: Change) -> None:
    """Stores a proposed text, withdraws the proposals of a row, or undoes the person's last change of texts.

    A text that cannot be stored is refused: the reader gets the reason and keeps the text. Raises AnnotationError where
    the database cannot be written.
    """
    store_of_texts = session.notes().proposals
    if change.is_undo:
        store_of_texts.undo(dataset.fingerprint, person())
    elif change.withdraws:
        store_of_texts.withdraw(dataset.fingerprint, [str(change.row_id)], person())
    else:
        try:
            _propose(dataset, str(change.row_id), str(change.field), str(change.text))
        except UnfitTextError as error:
            refusals().append((change.client, change.seq, f"Not stored. {error}"))
            del refusals()[:-MOST_REFUSALS]


def _propose(dataset: Dataset, row_id: str, field: str, text: str) -> None:
    """Proposes the text; the row's own text withdraws what was proposed in its place."""
    if propose_texts(dataset, session.notes(), {row_id: {field: text}}, person()).unknown:
        raise UnfitTextError(f"These data have no row {row_id} any more; copy your text and open the row again.")
