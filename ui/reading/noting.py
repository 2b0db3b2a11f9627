"""Notes on rows, stored as a person writes them in the reader and shown to everybody; and who gave the tags."""

from __future__ import annotations

import polars as pl

from analysis.annotations.batches import Batch
from analysis.dataset import Dataset
from analysis.errors import UnfitTextError
from analysis.reading.payload import Note
from analysis.signal import ROW_ID
from ui.components.reader import Change
from ui.reading import editing
from ui.session import session
from ui.session.login import nameless_batches, person


def notes_of(dataset: Dataset, row_ids: pl.Series) -> dict[str, list[Note]]:
    """The notes on these rows, by row id, the earliest first."""
    me = person()
    written: dict[str, list[Note]] = {}
    lines = dataset.row_notes.filter(pl.col(ROW_ID).is_in(row_ids.implode())).select(ROW_ID, "text", "person")
    for row_id, text, who in lines.iter_rows():
        written.setdefault(row_id, []).append(Note(text, who, who == me))
    return written


def others_of(dataset: Dataset, row_ids: pl.Series) -> dict[str, dict[str, str]]:
    """Who gave the tags on these rows, {row_id: {tag: person}}; without those of this person."""
    me, batches = person(), {*nameless_batches()}
    givers = session.notes().tags.givers(dataset.fingerprint, row_ids.to_list())
    return {
        row_id: {tag: who for tag, (who, batch) in tags.items() if who != me and batch not in batches}
        for row_id, tags in givers.items()
    }


def store(dataset: Dataset, change: Change) -> Batch | None:
    """Stores the person's note on a row; null where it is refused: the reader gets the reason and keeps the text.

    Raises AnnotationError where the database cannot be written.
    """
    try:
        return session.notes().row_notes.write(dataset.fingerprint, {str(change.row_id): str(change.text)}, person())
    except UnfitTextError as error:
        editing.refuse(change, str(error))
        return None
