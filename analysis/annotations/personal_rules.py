"""Which values did people say are not personal, and who looked at which value? Never the values themselves.

A rule is never changed, only ended: undo ends the latest one of a person. Looking at a masked value is noted in the log
of tags, as a word of its own kept apart from the dataset's tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
import sqlalchemy as sa

from analysis.annotations.database import AnnotationDatabase, dataset_table, metadata, utc_now
from analysis.annotations.people import LONGEST_NAME, clean_person, remember
from analysis.annotations.tag_events import batch_table, event_table, keep_events, new_batch
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
    """A rule in force, who made it, and when, in UTC."""

    number: int
    person: str
    at: datetime
    rule: NotPersonal


class PersonalRules(AnnotationDatabase):
    """Rules by dataset, and the log of values shown."""

    def add_rule(self, dataset: str, rule: NotPersonal, person: str) -> int:
        """Keeps a rule, and gives its number; one in force already is not kept twice. Raises PersonalDataError."""
        check_rule(rule)
        person = clean_person(person)
        with self.writing() as connection:
            of = self.dataset_number(connection, dataset)
            remember(connection, person)
            c = rule_table.c
            same = (c.dataset == of) & (c.kind == rule.kind) & (c.type == rule.type) & (c.what == rule.what)
            there = sa.select(c.number).where(same, c.column == rule.column, c.ended.is_(None))
            if (number := connection.scalar(there)) is not None:
                return int(number)
            values = {"dataset": of, "person": person, "at": utc_now(), **rule.as_dict()}
            return int(connection.scalars(sa.insert(rule_table).values(values).returning(c.number)).one())

    def end_rule(self, number: int, person: str) -> None:
        """Takes a rule back; it stays in the database with who ended it. Raises AnnotationError where there is none."""
        c = rule_table.c
        ended = sa.update(rule_table).where(c.number == number, c.ended.is_(None))
        with self.writing() as connection:
            if not connection.execute(ended.values(ended=utc_now(), ended_by=clean_person(person))).rowcount:
                raise AnnotationError(f"There is no rule {number} in force; it was taken back before.")

    def personal_rules(self, dataset: str) -> list[KeptRule]:
        """The rules in force, in the order they were made."""
        c = rule_table.c
        rows = sa.select(rule_table).join(dataset_table)
        rows = rows.where(dataset_table.c.fingerprint == dataset, c.ended.is_(None)).order_by(c.number)
        with self.reading() as connection:
            return [
                KeptRule(r.number, r.person, r.at.replace(tzinfo=UTC), NotPersonal(r.kind, r.type, r.what, r.column))
                for r in connection.execute(rows)
            ]

    def rules_revision(self, dataset: str) -> str:
        """What changes with every rule made or taken back; "" before the first. Cheap to ask."""
        c = rule_table.c
        counted = sa.select(sa.func.count(), sa.func.count(c.ended)).select_from(rule_table.join(dataset_table))
        with self.reading() as connection:
            made, ended = connection.execute(counted.where(dataset_table.c.fingerprint == dataset)).one()
        return f"{made}-{ended}" if made else ""

    def note_shown(self, dataset: str, shown: Sequence[tuple[str, str]], person: str) -> None:
        """Notes that a person looked at values: (row_id, type) of each. Every look is one entry, however often."""
        if not shown:
            return
        person = clean_person(person)
        words = [
            {"row_id": row_id, "tag": type_, "is_on": True, "was_on": None, "was_said": None}
            for row_id, type_ in dict.fromkeys(shown)
        ]
        with self.writing() as connection:
            number = self.dataset_number(connection, shown_key(dataset))
            batch = new_batch(connection, number, person, "tag")
            keep_events(connection, number, person, batch, [word | {"said": batch} for word in words])

    def shown(self, dataset: str, most: int = 1000) -> pl.DataFrame:
        """Who looked at which values, the latest first: `at` (UTC), `person`, `type`, `row_id`."""
        b, e = batch_table.c, event_table.c
        looks = (
            sa.select(b.at, b.person, e.tag, e.row_id)
            .select_from(event_table.join(batch_table).join(dataset_table))
            .where(dataset_table.c.fingerprint == shown_key(dataset))
            .order_by(b.id.desc(), e.row_id, e.tag)
            .limit(most)
        )
        with self.reading() as connection:
            rows = [tuple(row) for row in connection.execute(looks)]
        texts = dict.fromkeys(("person", "type", "row_id"), pl.String)
        return pl.DataFrame(rows, schema={"at": pl.Datetime("us"), **texts}, orient="row")


def shown_key(dataset: str) -> str:
    """What the looks are kept under, in the place of a dataset's fingerprint."""
    return f"shown/{dataset[:50]}"


def review_key(dataset: str) -> str:
    """What the answers of the review are kept under: is this hit personal data, yes or no."""
    return f"pii-review/{dataset[:50]}"
