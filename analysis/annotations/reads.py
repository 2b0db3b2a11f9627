"""Which rows did a person read, and at which did they stop?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from analysis.annotations.batches import batch_table
from analysis.annotations.database import Database, dataset_table, of_dataset
from analysis.annotations.people import clean_person
from analysis.annotations.tag_events import VOTES, current_table

LOG = "read"


class Stop(NamedTuple):
    """The row that a person read last, and how many different rows they have read so far."""

    row_id: str
    rows: int


class Latest(NamedTuple):
    """The dataset, by its fingerprint, of which a person read a row last, and when, in UTC."""

    dataset: str
    at: datetime


class Reads:
    """The rows that each person read, by dataset. Reading is stored as tag events, in a separate log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, dataset: str, row_ids: Sequence[str], person: str) -> None:
        """Records that a person read these rows, the last of them last. Raises AnnotationError."""
        if not row_ids:
            return
        person = clean_person(person)
        last = row_ids[-1]
        before = [row_id for row_id in dict.fromkeys(row_ids) if row_id != last]
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset, LOG)
            for ids in filter(None, (before, [last])):  # in a batch of its own the last row has the highest number
                words = [{"row_id": id, "tag": LOG, "is_on": True, "was_on": None, "was_said": None} for id in ids]
                VOTES.say(connection, number, person, words)

    def of(self, dataset: str, person: str) -> list[str]:
        """The ids of the rows that a person has read, in any order."""
        c = current_table.c
        rows = sa.select(c.row_id).join(dataset_table).where(of_dataset(dataset, LOG), c.person == clean_person(person))
        with self._database.reading() as connection:
            return [str(row_id) for row_id in connection.scalars(rows)]

    def stop(self, dataset: str, person: str) -> Stop | None:
        """Where a person stopped reading; null if they have read nothing."""
        c, person = current_table.c, clean_person(person)
        words = sa.select(c.row_id, c.said).join(dataset_table).where(of_dataset(dataset, LOG), c.person == person)
        with self._database.reading() as connection:
            last = connection.execute(words.order_by(c.said.desc()).limit(1)).first()
            rows = connection.scalar(sa.select(sa.func.count()).select_from(words.subquery()))
        return None if last is None else Stop(str(last.row_id), int(rows or 0))

    def latest(self, person: str) -> Latest | None:
        """What a person read last, of all datasets; null if they have read nothing."""
        b, d = batch_table.c, dataset_table.c
        reads = sa.select(d.whole_fingerprint, b.at).select_from(batch_table.join(dataset_table, b.dataset == d.number))
        reads = reads.where(d.log == LOG, b.person == clean_person(person)).order_by(b.id.desc()).limit(1)
        with self._database.reading() as connection:
            last = connection.execute(reads).first()
        return None if last is None else Latest(str(last.whole_fingerprint), last.at)
