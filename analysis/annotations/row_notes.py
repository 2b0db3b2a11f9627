"""Which notes did people write on rows, who did, and how is that undone?

A note is a short text of one person on one row. It is a word on the row as a proposed text is one (`proposals`), in a
log of its own: events are only added, in batches; undo and redo reverse a person's batches. Of each person the last
note on a row counts, and a row keeps those of several people. An empty text removes the person's note.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from analysis.annotations.batches import ROWS_PER_QUERY, Batch, batch_table, latest_batch
from analysis.annotations.database import Database, dataset_table, of_dataset
from analysis.annotations.people import clean_person
from analysis.annotations.proposal_events import TEXTS, current_table, event_table, reversed_texts
from analysis.annotations.proposals import check_characters
from analysis.errors import UnfitTextError

LOG = "notes"
FIELD = "note"
LONGEST_NOTE = 2_000

IN_FORCE: dict[str, pl.DataType] = {
    "row_id": pl.String(),
    "text": pl.String(),
    "person": pl.String(),
    "at": pl.Datetime("us"),
}
"""The columns of the notes that count, one line per row and person; `at` is in UTC."""


class RowNotes:
    """Notes by dataset. `dataset` is always the whole fingerprint."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, dataset: str, texts: Mapping[str, str], person: str) -> Batch:
        """Stores notes as one batch, {row_id: text}; an empty text removes the person's note, and what changes nothing
        is left out. Raises UnfitTextError where a text is too long or cannot be stored."""
        texts = {row_id: text.strip() for row_id, text in texts.items()}
        for text in texts.values():
            _check(text)
        person = clean_person(person)
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset, LOG)
            return TEXTS.say(connection, number, person, list(_changed(connection, number, person, texts)))

    def undo(self, dataset: str, person: str, also: Collection[int] = ()) -> Batch | None:
        """Reverses the person's latest batch in force; null when there is none. `also`: batches that are the person's
        although another name is stored with them."""
        return self._reverse(dataset, person, "undo", also)

    def redo(self, dataset: str, person: str, also: Collection[int] = ()) -> Batch | None:
        """Reverses the person's latest undo, if there is no new batch since; null otherwise."""
        return self._reverse(dataset, person, "redo", also)

    def standing(self, dataset: str) -> pl.DataFrame:
        """The notes that count, with the columns of IN_FORCE, by row_id, the earliest first."""
        c, e, b = current_table.c, event_table.c, batch_table.c
        words = current_table.join(dataset_table).join(event_table, _given()).join(batch_table, b.id == c.said)
        notes = sa.select(c.row_id, e.text, c.person, b.at).select_from(words)
        notes = notes.where(of_dataset(dataset, LOG), e.text.is_not(None)).order_by(c.row_id, c.said)
        with self._database.reading() as connection:
            rows = connection.execute(notes).all()
        columns = zip(*rows, strict=True) if rows else ((),) * len(IN_FORCE)
        return pl.DataFrame(dict(zip(IN_FORCE, columns, strict=True)), schema=IN_FORCE)

    def revision(self, dataset: str) -> int:
        """The number of the latest batch, 0 before the first. It grows with every change. Fast."""
        return latest_batch(self._database, dataset, LOG)

    def _reverse(self, dataset: str, person: str, kind: Literal["undo", "redo"], also: Collection[int]) -> Batch | None:
        return TEXTS.reverse(self._database, dataset, LOG, person, kind, reversed_texts, also)


def _given() -> sa.ColumnElement[bool]:
    """Whether an event is the one that gave a word which counts now."""
    c, e = current_table.c, event_table.c
    return (e.batch == c.said) & (e.row_id == c.row_id) & (e.field == c.field)


def _changed(connection: sa.Connection, number: int, person: str, texts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """row_id, field, text and was_said of the rows on which the person's note changes; null for an empty text."""
    c, e = current_table.c, event_table.c
    words = sa.select(c.row_id, e.text, c.said).select_from(current_table.join(event_table, _given()))
    words = words.where(c.dataset == number, c.person == person)
    remaining = iter(sorted(texts))
    while row_ids := list(islice(remaining, ROWS_PER_QUERY)):
        lines = connection.execute(words.where(c.row_id.in_(row_ids)))
        before = {row_id: (text, batch) for row_id, text, batch in lines}
        for row_id in row_ids:
            text, (was, was_said) = texts[row_id] or None, before.get(row_id, (None, None))
            if text != was:
                yield {"row_id": row_id, "field": FIELD, "text": text, "was_said": was_said}


def _check(text: str) -> None:
    """Raises UnfitTextError where a note cannot be stored."""
    if len(text) > LONGEST_NOTE:
        raise UnfitTextError(f"The note has {len(text):,} characters; write at most {LONGEST_NOTE:,}.")
    check_characters(text, "note")
