"""Which state and which owner did people give to a finding of a dataset? Events with person, time and undo.

An event is never changed, only undone: undo ends the latest event of a person on a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from analysis.annotations.database import Database, dataset_table, metadata, of_dataset, utc_now
from analysis.annotations.people import LONGEST_NAME, clean_name, clean_person, remember
from analysis.errors import AnnotationError

Given = Literal["open", "being fixed", "fixed"]
Kind = Literal["state", "owner"]

GIVEN: tuple[Given, ...] = ("open", "being fixed", "fixed")
"""The states that a person can give. "accepted" is not one of them: it follows from the answers on the rows."""

event_table = sa.Table(
    "finding_event",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), nullable=False, index=True),
    sa.Column("finding", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("value", sa.String(LONGEST_NAME)),  # null takes the owner away
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("person", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("undone", sa.DateTime),
    sa.Column("undone_by", sa.String(LONGEST_NAME)),
)


@dataclass(frozen=True)
class FindingEvent:
    """A state, or an owner, that a person gave to a finding of a dataset when `rows` rows showed it; `at` is in UTC.

    `value` is null where the owner was taken away.
    """

    number: int
    dataset: str
    finding: str
    kind: Kind
    value: str | None
    rows: int
    person: str
    at: datetime

    @property
    def state(self) -> Given | None:
        """The state that was given; null where the event is about the owner."""
        return next((state for state in GIVEN if self.kind == "state" and state == self.value), None)


class FindingStates:
    """States and owners by dataset and finding; the latest event of each kind that is not undone is in force."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_state(self, dataset: str, finding: str, state: Given, person: str, rows: int) -> None:
        """Gives a finding a state while `rows` rows show it. Raises AnnotationError where the state is not known."""
        if state not in GIVEN:
            raise AnnotationError(f"A finding cannot be given the state {state[:40]!a}; known: {', '.join(GIVEN)}.")
        self._add(dataset, finding, "state", state, person, rows)

    def set_owner(self, dataset: str, finding: str, owner: str, person: str, rows: int) -> None:
        """Gives a finding an owner while `rows` rows show it; an empty name takes the owner away."""
        name = clean_name(owner, "owner's") if owner.strip() else None
        self._add(dataset, finding, "owner", name, person, rows)

    def latest(self, dataset: str, finding: str, person: str) -> FindingEvent | None:
        """The person's latest event on this finding that is not undone: the one that undo ends."""
        c = event_table.c
        by_person = _events().where(of_dataset(dataset), c.finding == finding, c.person == clean_person(person))
        with self._database.reading() as connection:
            row = connection.execute(by_person.where(c.undone.is_(None)).order_by(c.number.desc()).limit(1)).first()
        return None if row is None else _event(row)

    def undo(self, dataset: str, finding: str, person: str) -> FindingEvent | None:
        """Ends the person's latest event on this finding; null when there is none."""
        if (event := self.latest(dataset, finding, person)) is None:
            return None
        c = event_table.c
        ended = sa.update(event_table).where(c.number == event.number, c.undone.is_(None))
        with self._database.writing() as connection:
            connection.execute(ended.values(undone=utc_now(), undone_by=clean_person(person)))
        return event

    def in_force(self, datasets: Sequence[str]) -> dict[tuple[str, str, Kind], FindingEvent]:
        """The latest event in force of these datasets, by dataset, finding and kind."""
        d, c = dataset_table.c, event_table.c
        events = _events().where(d.log == "", d.whole_fingerprint.in_(datasets), c.undone.is_(None))
        with self._database.reading() as connection:
            rows = connection.execute(events.order_by(c.number)).all()
        return {(row.whole_fingerprint, row.finding, row.kind): _event(row) for row in rows}

    def history(self, dataset: str, finding: str) -> list[FindingEvent]:
        """All events of a finding in a dataset, undone ones too, oldest first."""
        events = _events().where(of_dataset(dataset), event_table.c.finding == finding)
        with self._database.reading() as connection:
            return [_event(row) for row in connection.execute(events.order_by(event_table.c.number))]

    def revision(self) -> str:
        """A text that changes with every event and every undo, in any dataset. Fast."""
        counted = sa.select(sa.func.count(), sa.func.count(event_table.c.undone))
        with self._database.reading() as connection:
            added, undone = connection.execute(counted.select_from(event_table)).one()
        return f"{added}-{undone}"

    def _add(self, dataset: str, finding: str, kind: Kind, value: str | None, person: str, rows: int) -> None:
        person, finding = clean_person(person), clean_name(finding, "finding's")
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset)
            remember(connection, person)
            new = {"finding": finding, "kind": kind, "value": value, "rows": rows, "person": person, "at": utc_now()}
            connection.execute(sa.insert(event_table).values(dataset=number, **new))


def _events() -> sa.Select[Any]:
    return sa.select(event_table, dataset_table.c.whole_fingerprint).join(dataset_table)


def _event(row: sa.Row[Any]) -> FindingEvent:
    given = (row.number, row.whole_fingerprint, row.finding, row.kind, row.value, row.rows, row.person)
    return FindingEvent(*given, row.at.replace(tzinfo=UTC))
