"""Which samples do people label without seeing earlier labels, and which rows are in each sample?

A check is a record like a saved view: the sample, the labels offered, the hidden columns. Its labels are stored as tag
events (person, time, undo) in a separate log of the check, so that they are not tags of the dataset.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from analysis.annotations.database import Database, dataset_table, metadata, of_dataset, utc_now
from analysis.annotations.people import LONGEST_NAME, clean_person, remember
from analysis.annotations.tags import Tags
from analysis.errors import AnnotationError

check_table = sa.Table(
    "blind_check",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(20), nullable=False, unique=True),
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), nullable=False, index=True),
    sa.Column("person", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("row_ids", sa.JSON, nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("hidden", sa.JSON, nullable=False),
    sa.Column("ended", sa.DateTime),
    sa.Column("is_hidden", sa.Boolean, nullable=False),
)


@dataclass(frozen=True)
class BlindCheck:
    """One person's check of the column `asked`: the rows in the order in which `seed` draws them, the labels offered in
    the order of the keys, the hidden columns. `ended` is when the answers were shown, null before; times are in UTC.
    """

    id: str
    dataset: str
    person: str
    at: datetime
    asked: str
    seed: int
    row_ids: tuple[str, ...]
    labels: tuple[str, ...]
    hidden: tuple[str, ...]
    ended: datetime | None

    @property
    def log(self) -> str:
        """The name of the log of its answers."""
        return f"blind-check/{self.id}"


class BlindChecks:
    """Blind checks by dataset and person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(
        self,
        dataset: str,
        person: str,
        asked: str,
        seed: int,
        row_ids: Sequence[str],
        labels: Sequence[str],
        hidden: Sequence[str],
    ) -> BlindCheck:
        """Stores a new check. Raises AnnotationError where it has no rows or no labels."""
        if not row_ids or not labels:
            raise AnnotationError(
                "A blind check needs rows and labels, and one of them is missing; choose other columns."
            )
        person = clean_person(person)
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset)
            remember(connection, person)
            values = {
                "id": secrets.token_urlsafe(9),
                "dataset": number,
                "person": person,
                "at": utc_now(),
                "asked": asked,
                "seed": seed,
                "row_ids": list(row_ids),
                "labels": list(labels),
                "hidden": list(hidden),
                "ended": None,
                "is_hidden": False,
            }
            connection.execute(sa.insert(check_table).values(values))
        return self.check(str(values["id"]))

    def listed(self, dataset: str, person: str) -> list[BlindCheck]:
        """A person's checks of a dataset, latest first; deleted ones are left out."""
        c = check_table.c
        checks = _checks().where(of_dataset(dataset), c.person == person, ~c.is_hidden)
        with self._database.reading() as connection:
            return [_check(row) for row in connection.execute(checks.order_by(c.number.desc()))]

    def check(self, check_id: str) -> BlindCheck:
        """The check of that id. Raises AnnotationError where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(_checks().where(check_table.c.id == check_id, ~check_table.c.is_hidden)).first()
        if row is None:
            raise AnnotationError(f"There is no blind check {check_id[:20]!a} here; start a new one.")
        return _check(row)

    def end(self, check_id: str) -> None:
        """Records that the answers were shown: later labels would not be blind."""
        self._change(check_id, ended=utc_now())

    def drop(self, check_id: str) -> None:
        """Removes a check from the list; its labels stay in the database."""
        self._change(check_id, is_hidden=True)

    def answers(self, check: BlindCheck) -> Tags:
        """The labels of a check, stored and undone in the same way as tags, by the check's dataset."""
        return Tags(self._database, check.log)

    def _change(self, check_id: str, **values: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(sa.update(check_table).where(check_table.c.id == check_id).values(values))


def _checks() -> sa.Select[Any]:
    return sa.select(check_table, dataset_table.c.whole_fingerprint).join(dataset_table)


def _check(row: sa.Row[Any]) -> BlindCheck:
    return BlindCheck(
        row.id,
        row.whole_fingerprint,
        row.person,
        row.at.replace(tzinfo=UTC),
        row.asked,
        row.seed,
        tuple(row.row_ids),
        tuple(row.labels),
        tuple(row.hidden),
        row.ended and row.ended.replace(tzinfo=UTC),
    )
