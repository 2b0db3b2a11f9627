"""Which rows have which tags, who set them, and how are they undone?

A *vote* (`words` in the code) is one person's opinion on one (row, tag): on, off, or none. Votes are only added, as
events in batches: one batch per action, in one transaction. Batch numbers give the order of the votes.

* A tag is on a row when the last vote is on. It is disputed while the votes of two people differ.
* The same vote again counts only where another person's later vote has changed the tag: then it is the last vote.
* Undo reverses the latest batch in force of a person. The tags are then as if that batch had never existed: the
  person's earlier vote returns to its earlier place in the order, and later votes of others stay. A vote without an
  earlier one is withdrawn.
* A second undo reverses the batch before; redo restores what was undone last; a new batch leaves nothing to redo.

Datasets are identified by fingerprint and rows by `row_id`, so tags survive a second import and a reordered file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import polars as pl
import sqlalchemy as sa

from analysis.annotations.batches import Batch, Kind, batch_table, latest_batch
from analysis.annotations.database import Database, dataset_table, of_dataset
from analysis.annotations.people import clean_name, clean_person
from analysis.annotations.tag_events import (
    VOTES,
    changed_words,
    current_table,
    event_table,
    reversed_words,
    standing_reasons,
    standing_tags,
)


@dataclass(frozen=True)
class TagEvent:
    """One person's vote for a tag on a row: on, off, or null for withdrawn, perhaps with a reason; `at` is in UTC."""

    batch: int
    at: datetime
    person: str
    tag: str
    is_on: bool | None
    kind: Kind
    undoes: int | None
    reason: str | None = None


def clean_tag(name: str) -> str:
    """A tag's name in its stored form: stripped, NFC, 1 to 60 visible characters. Raises AnnotationError."""
    return clean_name(name, "tag")


class Tags:
    """Tags by dataset, or another log of the same form: answers on hits, on pairs, or in a blind check.

    `dataset` is always the whole fingerprint; the logs of one dataset are independent.
    """

    def __init__(self, database: Database, log: str = "") -> None:
        """`log` is a name as in `dataset_table`, empty for tags."""
        self._database = database
        self._log = log

    def tag_rows(self, dataset: str, row_ids: Sequence[str], tag: str, person: str, is_on: bool = True) -> Batch:
        """Sets one tag on (or off) for any number of rows; rows that do not change are left out."""
        return self._say(dataset, {clean_tag(tag): dict.fromkeys(row_ids, is_on)}, person)

    def apply(self, dataset: str, changes: Mapping[str, Mapping[str, bool]], person: str) -> Batch:
        """Sets several tags on or off, row by row, as one batch: {row_id: {tag: is_on}}."""
        by_tag: dict[str, dict[str, bool]] = {}
        for row_id, words in changes.items():
            for tag, is_on in words.items():
                by_tag.setdefault(clean_tag(tag), {})[row_id] = is_on
        return self._say(dataset, by_tag, person)

    def tag_for_reasons(
        self, dataset: str, rows: Mapping[str, bool], tag: str, person: str, why: str | None, reasons: Mapping[str, str]
    ) -> Batch:
        """Sets one tag on or off for rows as one batch, with the reason `why` of all rows, if any, and the `reasons` of
        single rows."""
        return self._say(dataset, {clean_tag(tag): rows}, person, why, reasons)

    def undo(self, dataset: str, person: str, also: Collection[int] = ()) -> Batch | None:
        """Reverses the person's latest batch in force; null when there is none. `also`: batches that are the person's
        although another name is stored with them."""
        return self._reverse(dataset, person, "undo", also)

    def redo(self, dataset: str, person: str, also: Collection[int] = ()) -> Batch | None:
        """Reverses the person's latest undo, if there is no new batch since; null otherwise."""
        return self._reverse(dataset, person, "redo", also)

    def standing(self, dataset: str) -> pl.DataFrame:
        """The rows that have any tag: `row_id` String, `tags` and `disputed_tags` List(String), sorted.

        `tags` are those that are on; a disputed tag may or may not be among them. Rows with neither are left out.
        """
        with self._database.reading() as connection:
            rows = connection.execute(standing_tags(dataset, self._log)).all()
        schema = {"row_id": pl.String, "tag": pl.String, "stands": pl.Boolean, "is_disputed": pl.Boolean}
        columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
        return (
            pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)
            .group_by("row_id")
            .agg(
                pl.col("tag").filter(pl.col("stands")).alias("tags"),
                pl.col("tag").filter(pl.col("is_disputed")).alias("disputed_tags"),
            )
            .with_columns(pl.col("tags", "disputed_tags").list.sort())
            .sort("row_id")
        )

    def reasons(self, dataset: str) -> pl.DataFrame:
        """`row_id`, `tag`, `why`, `reason` of the tags that are on and were set with a reason."""
        with self._database.reading() as connection:
            rows = connection.execute(standing_reasons(dataset, self._log)).all()
        columns = zip(*rows, strict=True) if rows else ((),) * 4
        names = ("row_id", "tag", "why", "reason")
        return pl.DataFrame(dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, pl.String))

    def last_words(self, dataset: str) -> pl.DataFrame:
        """`row_id`, `tag`, `is_on`, `person`: the last vote on each (row, tag), and who gave it."""
        c = current_table.c
        words = sa.select(c.row_id, c.tag, c.is_on, c.person).join(dataset_table).order_by(c.said)
        with self._database.reading() as connection:
            rows = connection.execute(words.where(of_dataset(dataset, self._log))).all()
        schema = {"row_id": pl.String, "tag": pl.String, "is_on": pl.Boolean, "person": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row").unique(
            ["row_id", "tag"], keep="last", maintain_order=True
        )

    def givers(self, dataset: str, row_ids: Sequence[str]) -> dict[str, dict[str, tuple[str, int]]]:
        """Who gave the tags that are on these rows, and in which batch: {row_id: {tag: (person, batch)}}. Fast for few
        rows."""
        c = current_table.c
        words = sa.select(c.row_id, c.tag, c.person, c.said, c.is_on).join(dataset_table).order_by(c.said)
        words = words.where(of_dataset(dataset, self._log), c.row_id.in_(list(row_ids)))
        given: dict[str, dict[str, tuple[str, int]]] = {}
        with self._database.reading() as connection:
            for row_id, tag, person, batch, is_on in connection.execute(words):
                of_row = given.setdefault(row_id, {})
                if is_on:
                    of_row[tag] = (person, batch)
                else:
                    of_row.pop(tag, None)
        return given

    def counts(self, dataset: str) -> dict[str, int]:
        """The number of rows with each tag, most frequent first; tags on no row are left out."""
        standing = standing_tags(dataset, self._log).subquery()
        counts = sa.select(standing.c.tag, sa.func.count()).where(standing.c.stands).group_by(standing.c.tag)
        with self._database.reading() as connection:
            rows = [(tag, rows) for tag, rows in connection.execute(counts)]
        return dict(sorted(rows, key=lambda row: (-row[1], row[0])))

    def tagged_rows(self, dataset: str) -> int:
        """The number of rows with any tag."""
        standing = standing_tags(dataset, self._log).subquery()
        rows = sa.select(sa.func.count(standing.c.row_id.distinct())).where(standing.c.stands)
        with self._database.reading() as connection:
            return int(connection.execute(rows).scalar_one())

    def revision(self, dataset: str) -> int:
        """The number of the latest batch, 0 before the first. It grows with every change of a tag. Fast."""
        return latest_batch(self._database, dataset, self._log)

    def history(self, dataset: str, row_id: str) -> list[TagEvent]:
        """All changes of a row's tags, oldest first."""
        b, e = batch_table.c, event_table.c
        events = (
            sa.select(b.id, b.at, b.person, e.tag, e.is_on, b.kind, b.undoes, e.reason)
            .select_from(event_table.join(batch_table).join(dataset_table))
            .where(of_dataset(dataset, self._log), e.row_id == row_id)
            .order_by(b.id, e.tag)
        )
        with self._database.reading() as connection:
            rows = connection.execute(events).all()
        return [TagEvent(row[0], row[1].replace(tzinfo=UTC), *row[2:]) for row in rows]

    def votes(self, dataset: str, row_id: str) -> dict[str, dict[str, bool]]:
        """The current votes on a row: {tag: {person: is_on}}, tags by name, the last vote at the end."""
        c = current_table.c
        words = sa.select(c.tag, c.person, c.is_on).join(dataset_table).order_by(c.tag, c.said)
        votes: dict[str, dict[str, bool]] = {}
        with self._database.reading() as connection:
            for tag, person, is_on in connection.execute(
                words.where(of_dataset(dataset, self._log), c.row_id == row_id)
            ):
                votes.setdefault(tag, {})[person] = is_on
        return dict(sorted(votes.items()))

    def _say(
        self,
        dataset: str,
        changes: Mapping[str, Mapping[str, bool]],
        person: str,
        why: str | None = None,
        reasons: Mapping[str, str] | None = None,
    ) -> Batch:
        person = clean_person(person)
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset, self._log)
            words = [
                word | {"reason": (reasons or {}).get(word["row_id"])}
                for tag, rows in changes.items()
                for word in changed_words(connection, number, person, tag, rows)
            ]
            return VOTES.say(connection, number, person, words, why)

    def _reverse(self, dataset: str, person: str, kind: Literal["undo", "redo"], also: Collection[int]) -> Batch | None:
        return VOTES.reverse(self._database, dataset, self._log, person, kind, reversed_words, also)
