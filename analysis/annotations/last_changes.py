"""Which change of rows did a person make last, and how is it undone or made again?

Tags, notes, proposed texts and answers on findings are separate logs with batches of one numbering, so the batch with
the highest number is the latest. Undo and redo then follow the rules of that log (`tags`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

import sqlalchemy as sa

from analysis.annotations.annotations import Annotations
from analysis.annotations.batches import Batch, batch_table, latest_in_force
from analysis.annotations.database import dataset_table
from analysis.annotations.judgements import LOG as ANSWERS
from analysis.annotations.people import clean_person
from analysis.annotations.proposals import LOG as TEXTS
from analysis.annotations.row_notes import LOG as NOTES

Kind = Literal["undo", "redo"]


class LastChange(NamedTuple):
    """What was undone or made again, "tags", "texts", "notes" or "answers", and on how many rows."""

    what: str
    rows: int


def undo_last(
    notes: Annotations, dataset: str, person: str, also: Collection[int] = (), of: str = ""
) -> LastChange | None:
    """Undoes the person's latest change in force; null when there is none.

    `also`: batches that are the person's although another name is stored with them, such as those from before they gave
    a name. `of`: only changes of that kind, as in `LastChange.what`.
    """
    person = clean_person(person)
    batches = {
        log: batch
        for log, batch in _latest_of_each_log(notes, dataset, person, "undo", also).items()
        if not of or _what(log) == of
    }
    if not batches:
        return None
    return _reverse(notes, dataset, person, "undo", max(batches, key=batches.__getitem__), also)


def redo_last(notes: Annotations, dataset: str, person: str, also: Collection[int] = ()) -> LastChange | None:
    """Makes the change again that the person undid last; null when there is none, or a new change came since."""
    person = clean_person(person)
    batches = _latest_of_each_log(notes, dataset, person, "redo", also)
    if not batches or max(batches.values()) < _newest_change(notes, dataset, person, also):
        return None
    return _reverse(notes, dataset, person, "redo", max(batches, key=batches.__getitem__), also)


def _reverse(
    notes: Annotations, dataset: str, person: str, kind: Kind, log: str, also: Collection[int]
) -> LastChange | None:
    finding = log.removeprefix(ANSWERS)
    acts = {
        ("texts", "undo"): lambda: notes.proposals.undo(dataset, person, also),
        ("texts", "redo"): lambda: notes.proposals.redo(dataset, person, also),
        ("notes", "undo"): lambda: notes.row_notes.undo(dataset, person, also),
        ("notes", "redo"): lambda: notes.row_notes.redo(dataset, person, also),
        ("answers", "undo"): lambda: notes.judgements.undo(dataset, finding, person, also),
        ("answers", "redo"): lambda: notes.judgements.redo(dataset, finding, person, also),
        ("tags", "undo"): lambda: notes.tags.undo(dataset, person, also),
        ("tags", "redo"): lambda: notes.tags.redo(dataset, person, also),
    }
    what = _what(log)
    batch: Batch | None = acts[what, kind]()
    return None if batch is None else LastChange(what, batch.rows)


def _what(log: str) -> str:
    if log in (TEXTS, NOTES):
        return "texts" if log == TEXTS else "notes"
    return "answers" if log.startswith(ANSWERS) else "tags"


def _logs_of(dataset: str) -> sa.ColumnElement[bool]:
    """The logs of changes of rows; the others have an undo of their own."""
    log = dataset_table.c.log
    every = sa.or_(log.in_(["", TEXTS, NOTES]), log.startswith(ANSWERS))
    return sa.and_(dataset_table.c.whole_fingerprint == dataset, every)


def _latest_of_each_log(
    notes: Annotations, dataset: str, person: str, kind: Kind, also: Collection[int]
) -> Mapping[str, int]:
    """Log -> the number of the batch that this undo or redo reverses, of those that have one."""
    batches = {}
    with notes.database.reading() as connection:
        logs = connection.execute(sa.select(dataset_table.c.number, dataset_table.c.log).where(_logs_of(dataset))).all()
        for number, log in logs:
            if batch := connection.scalar(latest_in_force(number, person, kind, also)):
                batches[log] = int(batch)
    return batches


def _newest_change(notes: Annotations, dataset: str, person: str, also: Collection[int]) -> int:
    """The number of the person's newest batch that is neither an undo nor a redo, in any of the logs; else 0."""
    b = batch_table.c
    by_person = (b.person == person) | b.id.in_(also)
    newest = sa.select(sa.func.max(b.id)).join(dataset_table).where(_logs_of(dataset), by_person)
    with notes.database.reading() as connection:
        return int(connection.scalar(newest.where(b.kind == "tag")) or 0)
