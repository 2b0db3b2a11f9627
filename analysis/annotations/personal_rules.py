"""Which values did people mark as not personal? The values themselves are not stored.

A rule is never changed, only ended: undo ends the latest rule of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from analysis.annotations.database import Database, dataset_table, metadata, of_dataset, utc_now
from analysis.annotations.people import LONGEST_NAME, clean_person, remember
from analysis.errors import AnnotationError
from analysis.personal_data.not_personal import NotPersonal, check_rule

rule_table = sa.Table(
    "not_personal",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), nullable=False, index=True),
    sa.Column("person", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("type", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("column", sa.Text, nullable=False),
    sa.Column("ended", sa.DateTime),
    sa.Column("ended_by", sa.String(LONGEST_NAME)),
)


@dataclass(frozen=True)
class KeptRule:
    """A rule in force, its author, and its time in UTC."""

    number: int
    person: str
    at: datetime
    rule: NotPersonal


class PersonalRules:
    """Rules by dataset."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, dataset: str, rule: NotPersonal, person: str) -> int:
        """Stores a rule and returns its number; a rule in force is not stored twice. Raises PersonalDataError."""
        check_rule(rule)
        person = clean_person(person)
        with self._database.writing() as connection:
            of = self._database.dataset_number(connection, dataset)
            remember(connection, person)
            c = rule_table.c
            same = (c.dataset == of) & (c.kind == rule.kind) & (c.type == rule.type) & (c.what == rule.what)
            existing = sa.select(c.number).where(same, c.column == rule.column, c.ended.is_(None))
            if (number := connection.scalar(existing)) is not None:
                return int(number)
            values = {"dataset": of, "person": person, "at": utc_now(), **rule.as_dict()}
            return int(connection.scalars(sa.insert(rule_table).values(values).returning(c.number)).one())

    def end(self, number: int, person: str) -> None:
        """Ends a rule; the database keeps it and who ended it. Raises AnnotationError where there is none."""
        c = rule_table.c
        ended = sa.update(rule_table).where(c.number == number, c.ended.is_(None))
        with self._database.writing() as connection:
            if not connection.execute(ended.values(ended=utc_now(), ended_by=clean_person(person))).rowcount:
                raise AnnotationError(f"There is no rule {number} in force; it was removed before.")

    def in_force(self, dataset: str) -> list[KeptRule]:
        """The rules in force, in the order in which they were added."""
        c = rule_table.c
        rows = sa.select(rule_table).join(dataset_table)
        rows = rows.where(of_dataset(dataset), c.ended.is_(None)).order_by(c.number)
        with self._database.reading() as connection:
            return [
                KeptRule(r.number, r.person, r.at.replace(tzinfo=UTC), NotPersonal(r.kind, r.type, r.what, r.column))
                for r in connection.execute(rows)
            ]

    def revision(self, dataset: str) -> str:
        """A text that changes with every rule added or ended; "" before the first. Fast."""
        c = rule_table.c
        counted = sa.select(sa.func.count(), sa.func.count(c.ended)).select_from(rule_table.join(dataset_table))
        with self._database.reading() as connection:
            added, ended = connection.execute(counted.where(of_dataset(dataset))).one()
        return f"{added}-{ended}" if added else ""
