"""How is one action of a person stored, and which action do undo and redo reverse? A batch of events, of any log.

A *word* is what one person says of one thing in a row: a vote for a tag, a text in the place of the source's. Each kind
of word has two tables: its events, which are only added, and everyone's words that count now. A batch is one action, in
one transaction; its number gives the order of all words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from analysis.annotations.database import Database, dataset_table, metadata, of_dataset, utc_now
from analysis.annotations.people import LONGEST_NAME, clean_person, remember

Kind = Literal["tag", "undo", "redo"]
"""What a batch is; one that is neither an undo nor a redo is a "tag", in every log."""

ROWS_PER_QUERY = 5_000  # SQLite takes at most 32,766 parameters in one statement, PostgreSQL 65,535

batch_table = sa.Table(
    "tag_batch",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), nullable=False),
    sa.Column("person", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("kind", sa.String(4), nullable=False),
    sa.Column("undoes", sa.ForeignKey("tag_batch.id"), unique=True),
    sa.Column("why", sa.Text),
    sa.Index("tag_batch_by_dataset", "dataset", "id"),
    sa.Index("tag_batch_by_person", "dataset", "person", "id"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True)
class Batch:
    """One stored action: its number, how many rows it changed, and the number of the batch that it reverses, if any.

    Where nothing changed, nothing is stored: `id` is null and `rows` is 0.
    """

    id: int | None
    rows: int
    undoes: int | None = None


class Words(NamedTuple):
    """One kind of word: its `events`, its words that count now (`current`), and the column that says what in a row a
    word is about, such as "tag". Both tables have that column, `row_id`, and the batch whose word counts."""

    events: sa.Table
    current: sa.Table
    about: str

    def is_latest(self) -> sa.ColumnElement[bool]:
        """Whether a line of `current` is the latest word on its thing, by any person."""
        c, later = self.current.c, self.current.alias("later").c
        same = [later[name] == c[name] for name in ("dataset", "row_id", self.about)]
        return ~sa.exists().where(*same, later.said > c.said)

    def add(
        self, connection: sa.Connection, number: int, person: str, batch: int, lines: Sequence[dict[str, Any]]
    ) -> None:
        """Adds the events of a batch, one per row and thing, and updates the person's words that count now.

        `lines` hold the columns of `events` but for `batch`; those that may be null may be absent from all lines.
        """
        connection.execute(sa.insert(self.events), [{"batch": batch, **line} for line in lines])
        e, c = self.events.c, self.current.c
        touched = sa.select(e.row_id, e[self.about]).where(e.batch == batch)
        by_person = (c.dataset == number) & (c.person == person)
        connection.execute(sa.delete(self.current).where(by_person, sa.tuple_(c.row_id, c[self.about]).in_(touched)))
        copied = [column.name for column in self.current.columns if column.name not in ("dataset", "person")]
        given = sa.select(sa.literal(number), sa.literal(person), *(e[name] for name in copied))
        given = given.where(e.batch == batch, e.said.is_not(None))
        connection.execute(sa.insert(self.current).from_select(["dataset", "person", *copied], given))

    def say(
        self,
        connection: sa.Connection,
        number: int,
        person: str,
        lines: Sequence[dict[str, Any]],
        why: str | None = None,
    ) -> Batch:
        """Stores new words as one batch, with the reason `why` for all of them; without words nothing is stored."""
        if not lines:
            return Batch(id=None, rows=0)
        batch = _new_batch(connection, number, person, "tag", why=why)
        self.add(connection, number, person, batch, [line | {"said": batch} for line in lines])
        return Batch(batch, _rows_in(lines))

    def reverse(
        self,
        database: Database,
        dataset: str,
        log: str,
        person: str,
        kind: Literal["undo", "redo"],
        reversed_lines: Callable[[sa.Connection, int], list[dict[str, Any]]],
        also: Collection[int] = (),
    ) -> Batch | None:
        """Undoes the person's latest batch of a log, or makes the one again that was undone last; null without any.

        `reversed_lines` gives the events that reverse a batch. `also`: batches that are the person's although another
        name is stored with them; they are reversed under that name.
        """
        person = clean_person(person)
        with database.writing() as connection:
            number = database.dataset_number(connection, dataset, log)
            undoes = connection.scalar(latest_in_force(number, person, kind, also))
            if undoes is None:
                return None
            stored = str(connection.scalar(sa.select(batch_table.c.person).where(batch_table.c.id == undoes)))
            batch = _new_batch(connection, number, stored, kind, undoes)
            lines = reversed_lines(connection, undoes)
            self.add(connection, number, stored, batch, lines)
        return Batch(batch, _rows_in(lines), undoes)


def latest_in_force(number: int, person: str, kind: Kind, also: Collection[int] = ()) -> sa.Select[Any]:
    """The batch that this undo or redo reverses, of those of the person and `also`: no batch is reversed twice."""
    b, later = batch_table.c, batch_table.alias("later")
    by_person = (b.dataset == number) & ((b.person == person) | b.id.in_(also) | b.undoes.in_(also))
    in_force = ~sa.exists().where(later.c.undoes == b.id)
    if kind == "undo":
        return sa.select(b.id).where(by_person, in_force, b.kind != "undo").order_by(b.id.desc()).limit(1)
    newest = batch_table.alias("newest")
    by_same = (newest.c.person == person) | newest.c.id.in_(also)
    newer = sa.exists().where(newest.c.dataset == number, by_same, newest.c.kind == "tag", newest.c.id > b.id)
    return sa.select(b.id).where(by_person, in_force, b.kind == "undo", ~newer).order_by(b.id.desc()).limit(1)


def latest_batch(database: Database, dataset: str, log: str) -> int:
    """The number of the latest batch of a log, 0 before the first. It grows with every change. Fast."""
    latest = sa.select(sa.func.max(batch_table.c.id)).join(dataset_table)
    with database.reading() as connection:
        return int(connection.scalar(latest.where(of_dataset(dataset, log))) or 0)


def _new_batch(
    connection: sa.Connection, number: int, person: str, kind: Kind, undoes: int | None = None, why: str | None = None
) -> int:
    """Creates a batch and returns its number."""
    remember(connection, person)
    values = {"dataset": number, "person": person, "at": utc_now(), "kind": kind, "undoes": undoes, "why": why}
    batch = sa.insert(batch_table).values(values)
    return int(connection.scalars(batch.returning(batch_table.c.id)).one())


def _rows_in(lines: Sequence[dict[str, Any]]) -> int:
    return len({line["row_id"] for line in lines})
