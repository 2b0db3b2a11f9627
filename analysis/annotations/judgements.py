"""What did people answer about the rows of a finding: is it real, a false alarm, or accepted?

Each finding has a log of its own, of the same form as the tags: batches with person and time, undo and redo. Answers
are stored with the dataset in which they were given, and read by content: the answer on a row holds in every dataset
that has the same row, since a row id is a hash of the row's content. Undo reverses a batch of the dataset at hand.

"real" and "false alarm" exclude each other. "accepted" is another question: the row may stay as it is, real or not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice, product
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from analysis.annotations.batches import ROWS_PER_QUERY, Batch, batch_table, latest_in_force
from analysis.annotations.database import Database, dataset_table, of_dataset
from analysis.annotations.people import clean_person
from analysis.annotations.tag_events import VOTES, current_table, event_table
from analysis.annotations.tags import Tags
from analysis.errors import AnnotationError

Answer = Literal["real", "false alarm", "accepted"]

LOG = "finding/"
LONGEST_FINDING = 32  # the name of a log has at most 40 characters
OPPOSITES: dict[Answer, Answer] = {"real": "false alarm", "false alarm": "real"}
SCHEMA: dict[str, pl.DataType] = {
    "row_id": pl.String(),
    "answer": pl.String(),
    "holds": pl.Boolean(),
    "is_disputed": pl.Boolean(),
    "person": pl.String(),
    "at": pl.Datetime("us"),
    "why": pl.String(),
    "dataset": pl.String(),
}


class Judgements:
    """Answers on rows, by finding. `dataset` is the whole fingerprint of the dataset at hand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, tuple[int, pl.DataFrame]] = {}

    def judge(
        self,
        dataset: str,
        finding: str,
        row_ids: Sequence[str],
        answer: Answer,
        person: str,
        *,
        is_on: bool = True,
        why: str | None = None,
    ) -> Batch:
        """Gives one answer on rows, or takes it back, as one batch; `why` is the reason for all of them."""
        log, person = _log_of(finding), clean_person(person)
        wanted: dict[str, bool] = {
            answer: is_on,
            **({OPPOSITES[answer]: False} if is_on and answer in OPPOSITES else {}),
        }
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset, log)
            words = list(_changes(connection, log, number, person, row_ids, wanted))
            return VOTES.say(connection, number, person, words, why)

    def undo(self, dataset: str, finding: str, person: str, also: Collection[int] = ()) -> Batch | None:
        """Reverses the person's latest batch on this finding in this dataset; null when there is none."""
        return self._log(finding).undo(dataset, person, also)

    def redo(self, dataset: str, finding: str, person: str, also: Collection[int] = ()) -> Batch | None:
        """Reverses the person's latest undo, if there is no new batch since; null otherwise."""
        return self._log(finding).redo(dataset, person, also)

    def in_force(self, finding: str) -> pl.DataFrame:
        """The answers on rows of any dataset: `row_id`, `answer`, `holds`, `is_disputed`, `person`, `at` (UTC), `why`.

        The last vote counts: `holds` where it gives the answer, false where it takes the answer back. An answer is
        disputed while the last votes of two people differ. `person`, `at`, `why` and `dataset` are of the last vote.
        """
        revision = self.revisions().get(finding, 0)
        before, kept = self._kept.get(finding, (0, pl.DataFrame(schema=SCHEMA)))
        if revision != before:
            with self._database.reading() as connection:
                changed = connection.scalars(_touched(_log_of(finding), before).limit(ROWS_PER_QUERY)).all()
                is_all = not before or len(changed) == ROWS_PER_QUERY
                rows = connection.execute(_answers(_log_of(finding), None if is_all else changed)).all()
            columns = zip(*rows, strict=True) if rows else ((),) * len(SCHEMA)
            new = pl.DataFrame(dict(zip(SCHEMA, columns, strict=True)), schema=SCHEMA)
            old = kept.clear() if is_all else kept.filter(~pl.col("row_id").is_in(list(changed)))
            kept = pl.concat([old, new]).sort("row_id", "answer")
            self._kept[finding] = revision, kept
        return kept

    def latest(self, dataset: str, finding: str, person: str) -> datetime | None:
        """When the batch that undo would reverse was made, in UTC; null when there is none."""
        number = sa.select(dataset_table.c.number).where(of_dataset(dataset, _log_of(finding)))
        with self._database.reading() as connection:
            if (of := connection.scalar(number)) is None:
                return None
            in_force = latest_in_force(of, clean_person(person), "undo").scalar_subquery()
            given_at: datetime | None = connection.scalar(
                sa.select(batch_table.c.at).where(batch_table.c.id == in_force)
            )
        return given_at and given_at.replace(tzinfo=UTC)

    def revisions(self) -> dict[str, int]:
        """The number of the latest batch on each finding, in any dataset; a finding without any is left out. Fast."""
        latest = (
            sa.select(dataset_table.c.log, sa.func.max(batch_table.c.id))
            .select_from(batch_table.join(dataset_table))
            .where(dataset_table.c.log.startswith(LOG))
            .group_by(dataset_table.c.log)
        )
        with self._database.reading() as connection:
            return {log.removeprefix(LOG): int(number) for log, number in connection.execute(latest)}

    def _log(self, finding: str) -> Tags:
        return Tags(self._database, _log_of(finding))


def _log_of(finding: str) -> str:
    if not finding or len(finding) > LONGEST_FINDING:
        raise AnnotationError(
            f"Answers on the finding {finding[:40]!a} cannot be kept: its name has {len(finding)} characters; "
            f"write 1 to {LONGEST_FINDING}."
        )
    return f"{LOG}{finding}"


def _changes(
    connection: sa.Connection, log: str, number: int, person: str, row_ids: Sequence[str], wanted: Mapping[str, bool]
) -> Iterator[dict[str, Any]]:
    """The votes that change something, as events: where the person's last vote in any dataset is another one, or where
    another person has voted differently since. What undo restores is the person's vote in this dataset."""
    c = current_table.c
    votes = sa.select(c.dataset, c.row_id, c.tag, c.person, c.is_on, c.said).join(dataset_table).order_by(c.said)
    votes = votes.where(dataset_table.c.log == log, c.tag.in_(list(wanted)))
    remaining = iter(sorted(set(row_ids)))
    while chunk := list(islice(remaining, ROWS_PER_QUERY)):
        last: dict[tuple[str, str], bool] = {}
        given: dict[tuple[str, str], bool] = {}
        here: dict[tuple[str, str], tuple[bool, int]] = {}
        for dataset, row_id, answer, who, is_on, said_in in connection.execute(votes.where(c.row_id.in_(chunk))):
            last[row_id, answer] = is_on
            if who == person:
                given[row_id, answer] = is_on
                if dataset == number:
                    here[row_id, answer] = (is_on, said_in)
        for row_id, (answer, is_on) in product(chunk, sorted(wanted.items())):
            if given.get((row_id, answer)) != is_on or last[row_id, answer] != is_on:
                was_on, was_said = here.get((row_id, answer), (None, None))
                yield {"row_id": row_id, "tag": answer, "is_on": is_on, "was_on": was_on, "was_said": was_said}


def _touched(log: str, since: int) -> sa.Select[Any]:
    """The ids of the rows with an event in a batch after this one."""
    e, b = event_table.c, batch_table.c
    events = event_table.join(batch_table).join(dataset_table)
    return sa.select(e.row_id).select_from(events).where(dataset_table.c.log == log, b.id > since).distinct()


def _answers(log: str, row_ids: Sequence[str] | None) -> sa.Select[Any]:
    """The columns of `in_force`, of all rows or of these.

    A person's last vote in any dataset is one number: its batch, twice, and one if on.
    """
    c = current_table.c
    number = sa.cast(c.said, sa.BigInteger) * 2 + sa.case((c.is_on, 1), else_=0)
    votes = (
        sa.select(c.row_id, c.tag, sa.func.max(number).label("vote"))
        .join(dataset_table)
        .where(dataset_table.c.log == log, sa.true() if row_ids is None else c.row_id.in_(row_ids))
        .group_by(c.row_id, c.tag, c.person)
        .subquery()
    )
    is_on = sa.case((votes.c.vote % 2 == 1, 1), else_=0)
    has_yes, has_no = sa.func.max(is_on) == 1, sa.func.min(is_on) == 0
    last = sa.func.max(votes.c.vote)
    answers = (
        sa.select(votes.c.row_id, votes.c.tag, last.label("last"), (has_yes & has_no).label("is_disputed"))
        .group_by(votes.c.row_id, votes.c.tag)
        .having(has_yes)
        .subquery()
    )
    a, b, d = answers.c, batch_table.c, dataset_table.c
    holds = (a.last % 2 == 1).label("holds")
    return (
        sa.select(a.row_id, a.tag, holds, a.is_disputed, b.person, b.at, b.why, d.whole_fingerprint)
        .join(batch_table, b.id == a.last // 2)
        .join(dataset_table, d.number == b.dataset)
    )
