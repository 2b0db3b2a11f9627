"""Who looked at which masked value, and when? Never the values themselves."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import sqlalchemy as sa

from analysis.annotations.batches import batch_table
from analysis.annotations.database import Database, dataset_table, of_dataset
from analysis.annotations.people import clean_person
from analysis.annotations.tag_events import VOTES, event_table

LOG = "shown"


class Looks:
    """The log of values shown, by dataset. A look is stored as a tag event, in a separate log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, dataset: str, shown: Sequence[tuple[str, str]], person: str) -> None:
        """Records that a person looked at values: (row_id, type) of each. Every look is one entry."""
        if not shown:
            return
        person = clean_person(person)
        words = [
            {"row_id": row_id, "tag": type_, "is_on": True, "was_on": None, "was_said": None}
            for row_id, type_ in dict.fromkeys(shown)
        ]
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset, LOG)
            VOTES.say(connection, number, person, words)

    def latest(self, dataset: str, most: int = 1000) -> pl.DataFrame:
        """Who looked at which values, latest first: `at` (UTC), `person`, `type`, `row_id`."""
        b, e = batch_table.c, event_table.c
        looks = (
            sa.select(b.at, b.person, e.tag, e.row_id)
            .select_from(event_table.join(batch_table).join(dataset_table))
            .where(of_dataset(dataset, LOG))
            .order_by(b.id.desc(), e.row_id, e.tag)
            .limit(most)
        )
        with self._database.reading() as connection:
            rows = [tuple(row) for row in connection.execute(looks)]
        texts = dict.fromkeys(("person", "type", "row_id"), pl.String)
        return pl.DataFrame(rows, schema={"at": pl.Datetime("us"), **texts}, orient="row")
