"""How are tags stored? Tables and statements, by the rules of `tags`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import sqlalchemy as sa

from analysis.annotations.batches import ROWS_PER_QUERY, Words, batch_table
from analysis.annotations.database import dataset_table, metadata, of_dataset
from analysis.annotations.people import LONGEST_NAME

# `said` is the batch that set the vote `is_on`: this batch, or for undo and redo the older batch that they restore.
# `was_on` and `was_said` are the vote before. Each pair is null where there is no vote. `reason` is why this row was
# tagged, and `why` of its batch is a reason for all its rows; both are null where the person gave none.
event_table = sa.Table(
    "tag_event",
    metadata,
    sa.Column("batch", sa.ForeignKey("tag_batch.id"), primary_key=True),
    sa.Column("row_id", sa.String(40), primary_key=True),
    sa.Column("tag", sa.String(LONGEST_NAME), primary_key=True),
    sa.Column("is_on", sa.Boolean),
    sa.Column("said", sa.Integer),
    sa.Column("was_on", sa.Boolean),
    sa.Column("was_said", sa.Integer),
    sa.Column("reason", sa.Text),
    sa.Index("tag_event_by_row", "row_id"),
    sqlite_with_rowid=False,
)

# Everyone's current vote, so that the state of a dataset is read without its history. Withdrawn votes are not here.
current_table = sa.Table(
    "tag_current",
    metadata,
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), primary_key=True),
    sa.Column("row_id", sa.String(40), primary_key=True),
    sa.Column("tag", sa.String(LONGEST_NAME), primary_key=True),
    sa.Column("person", sa.String(LONGEST_NAME), primary_key=True),
    sa.Column("is_on", sa.Boolean, nullable=False),
    sa.Column("said", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

VOTES = Words(event_table, current_table, "tag")


def standing_tags(fingerprint: str, log: str) -> sa.Select[Any]:
    """row_id, tag, whether it is on, and is_disputed of every (row, tag) for which at least one person votes on."""
    c = current_table.c
    last_on = sa.func.max(sa.case((c.is_on, c.said)))
    last_off = sa.func.max(sa.case((~c.is_on, c.said)))
    return (
        sa.select(
            c.row_id,
            c.tag,
            (last_on > sa.func.coalesce(last_off, 0)).label("stands"),
            last_off.is_not(None).label("is_disputed"),
        )
        .join(dataset_table)
        .where(of_dataset(fingerprint, log))
        .group_by(c.row_id, c.tag)
        .having(last_on.is_not(None))
    )


def standing_reasons(fingerprint: str, log: str) -> sa.Select[Any]:
    """row_id, tag, why and reason of every tag that is on through a vote with a reason."""
    c, e, b = current_table.c, event_table.c, batch_table.c
    given = (e.batch == c.said) & (e.row_id == c.row_id) & (e.tag == c.tag) & e.reason.is_not(None)
    words = current_table.join(dataset_table).join(event_table, given).join(batch_table, b.id == c.said)
    return (
        sa.select(c.row_id, c.tag, b.why, e.reason)
        .select_from(words)
        .where(of_dataset(fingerprint, log), c.is_on, VOTES.is_latest())
        .order_by(c.tag, b.why, c.row_id)
    )


def changed_words(
    connection: sa.Connection, number: int, person: str, tag: str, rows: Mapping[str, bool]
) -> Iterator[dict[str, Any]]:
    """row_id, tag, is_on, was_on and was_said of the rows for which the person's vote changes something."""
    c = current_table.c
    words = sa.select(c.row_id, c.person, c.is_on, c.said).where(c.dataset == number, c.tag == tag).order_by(c.said)
    remaining = iter(sorted(rows))  # in the order of the primary key, a bulk insert takes a third of the time
    while row_ids := list(islice(remaining, ROWS_PER_QUERY)):
        stands: dict[str, bool] = {}
        persons_votes: dict[str, tuple[bool, int]] = {}
        for row_id, who, is_on, batch in connection.execute(words.where(c.row_id.in_(row_ids))):
            stands[row_id] = is_on
            if who == person:
                persons_votes[row_id] = (is_on, batch)
        for row_id in row_ids:
            is_on = rows[row_id]
            was_on, was_said = persons_votes.get(row_id, (None, None))
            if was_on != is_on or stands[row_id] != is_on:
                yield {"row_id": row_id, "tag": tag, "is_on": is_on, "was_on": was_on, "was_said": was_said}


def reversed_words(connection: sa.Connection, batch: int) -> list[dict[str, Any]]:
    """The votes that undo a batch: each event with its vote and the vote before exchanged."""
    e = event_table.c
    words = sa.select(
        e.row_id,
        e.tag,
        e.was_on.label("is_on"),
        e.was_said.label("said"),
        e.is_on.label("was_on"),
        e.said.label("was_said"),
    ).where(e.batch == batch)
    return [dict(word) for word in connection.execute(words).mappings()]
