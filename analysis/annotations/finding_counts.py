"""How many rows showed each finding when a dataset was checked? One record for each dataset and computed state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from analysis.annotations.database import Database, dataset_table, insert_once, metadata, utc_now

record_table = sa.Table(
    "finding_record",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), nullable=False),
    sa.Column("state", sa.String(64), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.UniqueConstraint("dataset", "state"),
)


@dataclass(frozen=True)
class Counted:
    """`rows` of `looked_at` showed a finding; `by` changes with the signals that counted it."""

    rows: int
    looked_at: int
    by: str


@dataclass(frozen=True)
class Record:
    """The counts of the checks that were done in a dataset, by finding; `state` names what was computed."""

    number: int
    dataset: str
    state: str
    at: datetime
    counts: Mapping[str, Counted]


class FindingCounts:
    """The records, by dataset."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, dataset: str, state: str, counts: Mapping[str, Counted]) -> None:
        """Stores the counts of a computed state, once."""
        if any(record.state == state for record in self.listed([dataset])):
            return
        values = {name: [counted.rows, counted.looked_at, counted.by] for name, counted in counts.items()}
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset)
            insert_once(connection, record_table, dataset=number, state=state, at=utc_now(), counts=values)

    def listed(self, datasets: Sequence[str]) -> list[Record]:
        """The records of these datasets, oldest first."""
        d, c = dataset_table.c, record_table.c
        records = sa.select(record_table, d.whole_fingerprint).join(dataset_table)
        records = records.where(d.log == "", d.whole_fingerprint.in_(datasets)).order_by(c.number)
        with self._database.reading() as connection:
            return [
                Record(
                    row.number,
                    row.whole_fingerprint,
                    row.state,
                    row.at.replace(tzinfo=UTC),
                    {name: Counted(*counted) for name, counted in row.counts.items()},
                )
                for row in connection.execute(records)
            ]
