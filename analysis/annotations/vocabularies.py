"""Which tags are offered for a dataset?"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from analysis.annotations.database import Database, dataset_table, of_dataset
from analysis.annotations.tags import clean_tag

DEFAULT_VOCABULARY = ("keep", "drop", "fix", "pii")


class Vocabularies:
    """The tags offered, by dataset. Rows may have others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tags(self, dataset: str) -> list[str]:
        """The tags offered for a dataset, in order; the keys 1 to 9 set the first nine."""
        chosen = sa.select(dataset_table.c.vocabulary).where(of_dataset(dataset))
        with self._database.reading() as connection:
            return list(connection.scalar(chosen) or DEFAULT_VOCABULARY)

    def choose(self, dataset: str, tags: Sequence[str]) -> list[str]:
        """Sets the tags offered for a dataset, in order, without repeats; an empty list restores the default."""
        chosen = list(dict.fromkeys(clean_tag(tag) for tag in tags))
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset)
            row = sa.update(dataset_table).where(dataset_table.c.number == number)
            connection.execute(row.values(vocabulary=chosen or None))
        return chosen or list(DEFAULT_VOCABULARY)
