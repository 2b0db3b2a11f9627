"""How are proposed texts stored? Tables and statements, by the rules of `proposals`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import sqlalchemy as sa

from analysis.annotations.batches import ROWS_PER_QUERY, Words, batch_table
from analysis.annotations.database import dataset_table, metadata, of_dataset
from analysis.annotations.people import LONGEST_NAME

LONGEST_FIELD = 80

# `text` is what this event proposes, null where it withdraws. `said` is the batch whose text counts from now on: this
# batch, or for undo and redo the older batch that they restore; null where the person proposes nothing any more.
# `was_said` is the same before.
event_table = sa.Table(
    "proposed_text",
    metadata,
    sa.Column("batch", sa.ForeignKey("tag_batch.id"), primary_key=True),
    sa.Column("row_id", sa.String(40), primary_key=True),
    sa.Column("field", sa.String(LONGEST_FIELD), primary_key=True),
    sa.Column("text", sa.Text),
    sa.Column("said", sa.Integer),
    sa.Column("was_said", sa.Integer),
    sa.Index("proposed_text_by_row", "row_id"),
    sqlite_with_rowid=False,
)

# Everyone's current word on each text: the batch that has it.
current_table = sa.Table(
    "proposed_current",
    metadata,
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), primary_key=True),
    sa.Column("row_id", sa.String(40), primary_key=True),
    sa.Column("field", sa.String(LONGEST_FIELD), primary_key=True),
    sa.Column("person", sa.String(LONGEST_NAME), primary_key=True),
    sa.Column("said", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

TEXTS = Words(event_table, current_table, "field")


def current_texts(fingerprint: str, log: str) -> sa.Select[Any]:
    """row_id, field, text, person, at and why of the latest word on each text; without those that withdraw."""
    c, e, b = current_table.c, event_table.c, batch_table.c
    given = (e.batch == c.said) & (e.row_id == c.row_id) & (e.field == c.field) & e.text.is_not(None)
    words = current_table.join(dataset_table).join(event_table, given).join(batch_table, b.id == c.said)
    return (
        sa.select(c.row_id, c.field, e.text, c.person, b.at, b.why)
        .select_from(words)
        .where(of_dataset(fingerprint, log), TEXTS.is_latest())
        .order_by(c.row_id, c.field)
    )


def fields_of(connection: sa.Connection, number: int, row_ids: list[str]) -> Iterator[tuple[str, str]]:
    """(row_id, field) of every text of these rows on which anyone has a word."""
    c = current_table.c
    remaining = iter(sorted(row_ids))
    while some := list(islice(remaining, ROWS_PER_QUERY)):
        words = sa.select(c.row_id, c.field).where(c.dataset == number, c.row_id.in_(some)).distinct()
        yield from ((row_id, field) for row_id, field in connection.execute(words.order_by(c.row_id, c.field)))


def changed_texts(
    connection: sa.Connection, number: int, person: str, texts: Mapping[str, Mapping[str, str | None]]
) -> Iterator[dict[str, Any]]:
    """row_id, field, text and was_said of the texts for which the person's word changes something."""
    c, e = current_table.c, event_table.c
    given = (e.batch == c.said) & (e.row_id == c.row_id) & (e.field == c.field)
    words = sa.select(c.row_id, c.field, c.person, c.said, e.text).select_from(current_table.join(event_table, given))
    words = words.where(c.dataset == number).order_by(c.said)
    remaining = iter(sorted(texts))  # in the order of the primary key, a bulk insert takes a third of the time
    while row_ids := list(islice(remaining, ROWS_PER_QUERY)):
        latest: dict[tuple[str, str], str | None] = {}
        persons: dict[tuple[str, str], tuple[str | None, int]] = {}
        for row_id, field, who, batch, text in connection.execute(words.where(c.row_id.in_(row_ids))):
            latest[row_id, field] = text
            if who == person:
                persons[row_id, field] = text, batch
        for row_id in row_ids:
            for field, text in sorted(texts[row_id].items()):
                own_text, was_said = persons.get((row_id, field), (None, None))
                if own_text != text or latest.get((row_id, field)) != text:
                    yield {"row_id": row_id, "field": field, "text": text, "was_said": was_said}


def reversed_texts(connection: sa.Connection, batch: int) -> list[dict[str, Any]]:
    """The words that undo a batch: each event with its word and the word before exchanged."""
    e = event_table.c
    words = sa.select(e.row_id, e.field, e.was_said.label("said"), e.said.label("was_said")).where(e.batch == batch)
    return [{**word, "text": None} for word in connection.execute(words).mappings()]


def texts_in_history(fingerprint: str, log: str, row_id: str) -> sa.Select[Any]:
    """batch, at, person, field, text, kind, undoes and why of all words on a row's texts, oldest first.

    The text of an undo or a redo is that which it restores.
    """
    b, e, restored = batch_table.c, event_table.c, event_table.alias("restored")
    same = (restored.c.batch == e.said) & (restored.c.row_id == e.row_id) & (restored.c.field == e.field)
    events = event_table.join(batch_table, b.id == e.batch).join(dataset_table).outerjoin(restored, same)
    return (
        sa.select(b.id, b.at, b.person, e.field, restored.c.text, b.kind, b.undoes, b.why)
        .select_from(events)
        .where(of_dataset(fingerprint, log), e.row_id == row_id)
        .order_by(b.id, e.field)
    )
