"""Texts edited in the reader: stored as proposals, refused with a reason, and shown beside the row's own."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from analysis.annotations.batches import Batch
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


def refuse(change: Change, reason: str) -> None:
    """Tells the reader that a change cannot be stored."""
    refusals().append((change.client, change.seq, f"Not stored. {reason}"))
    del refusals()[:-MOST_REFUSALS]


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


def store(dataset: Dataset, change: Change) -> Batch | None:
    """Stores a proposed text, or withdraws the proposals of a row; null where nothing is stored.

    A text that cannot be stored is refused: the reader gets the reason and keeps the text. Raises AnnotationError where
    the database cannot be written.
    """
    if change.withdraws:
        return session.notes().proposals.withdraw(dataset.fingerprint, [str(change.row_id)], person())
    try:
        return _propose(dataset, str(change.row_id), str(change.field), str(change.text))
    except UnfitTextError as error:
        refuse(change, str(error))
        return None


def _propose(dataset: Dataset, row_id: str, field: str, text: str) -> Batch | None:
    """Proposes the text; the row's own text withdraws what was proposed in its place."""
    proposed = propose_texts(dataset, session.notes(), {row_id: {field: text}}, person())
    if proposed.unknown:
        raise UnfitTextError(f"These data have no row {row_id} any more; copy your text and open the row again.")
    return proposed.batch
