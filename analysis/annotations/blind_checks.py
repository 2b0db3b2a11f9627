"""Which samples do people label without seeing what was said before, and what was drawn for them?

A check is a record beside the saved views: the sample, the labels offered, what is hidden. The labels given in it are
words like any tag's (who, when, undo), in a log of the check's own, so that they are no tags of the dataset.
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
    """One person's check of the column `asked`: the rows in the order they were drawn with `seed`, the labels offered
    in the order of the keys, the columns not shown. `ended` is when the answers were uncovered, null before; times are
    in UTC.
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
        """Keeps a new check. Raises AnnotationError where nothing was drawn or no label is offered."""
        if not row_ids or not labels:
            raise AnnotationError("A blind check needs rows and labels, and lacks one of them; choose other columns.")
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
        """A person's checks of a dataset, the latest first; those thrown away are left out."""
        c = check_table.c
        own = _checks().where(of_dataset(dataset), c.person == person, ~c.is_hidden)
        with self._database.reading() as connection:
            return [_check(row) for row in connection.execute(own.order_by(c.number.desc()))]

    def check(self, check_id: str) -> BlindCheck:
        """The check of that id. Raises AnnotationError where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(_checks().where(check_table.c.id == check_id, ~check_table.c.is_hidden)).first()
        if row is None:
            raise AnnotationError(f"There is no blind check {check_id[:20]!a} here; begin a new one.")
        return _check(row)

    def end(self, check_id: str) -> None:
        """Says that the answers are uncovered: what is labelled later would not be blind."""
        self._change(check_id, ended=utc_now())

    def drop(self, check_id: str) -> None:
        """Takes a check off the list; what was labelled in it stays in the database."""
        self._change(check_id, is_hidden=True)

    def answers(self, check: BlindCheck) -> Tags:
        """The labels given in a check, kept and undone as tags are, for the check's dataset."""
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
