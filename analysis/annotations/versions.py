"""Which datasets of the database are versions of the same data? They are recognised by content, on any machine.

Each dataset keeps a sketch: the 256 smallest of its row ids, and how many different ones it has. A row id is a hash of
the row's content, so the smallest ones are a random sample of the contents, the same in every version that has them.
"""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from analysis.annotations.database import Database, dataset_table, insert_once, metadata

SKETCH_SIZE = 256
LEAST_SHARE = 0.5
"""Two datasets are versions of each other if they share at least this share of the smaller one's contents."""
HASH_CHARACTERS = 16  # of a row id; what follows numbers rows of equal content

sketch_table = sa.Table(
    "dataset_sketch",
    metadata,
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), primary_key=True, autoincrement=False),
    sa.Column("contents", sa.Integer, nullable=False),
    sa.Column("hashes", sa.JSON, nullable=False),
)


class Versions:
    """The sketches, by dataset."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, dataset: str, row_ids: pl.Series) -> None:
        """Stores the sketch of a dataset with these row ids, once."""
        with self._database.reading() as connection:
            if dataset in _stored(connection):
                return
        contents = row_ids.str.slice(0, HASH_CHARACTERS).unique()
        smallest = contents.bottom_k(SKETCH_SIZE).sort().to_list()
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset)
            insert_once(connection, sketch_table, dataset=number, contents=len(contents), hashes=smallest)

    def of(self, dataset: str, row_ids: pl.Series) -> list[str]:
        """The other datasets that are versions of the one with these row ids, in the order in which they were kept.

        The share of what both have is estimated from the sketch of the other one, to about 3 % of that one's contents.
        Where the other one is 50 times as large or more, it may not be recognised.
        """
        with self._database.reading() as connection:
            sketches = {name: sketch for name, sketch in _stored(connection).items() if name != dataset and sketch[1]}
        if not sketches:
            return []
        contents = row_ids.str.slice(0, HASH_CHARACTERS)
        asked = pl.Series(sorted({hash for _, hashes in sketches.values() for hash in hashes}), dtype=pl.String)
        shared = set(asked.filter(asked.is_in(contents.implode())))
        size = contents.n_unique()
        return [name for name, sketch in sketches.items() if _shared_share(*sketch, shared, size) >= LEAST_SHARE]

    def revision(self) -> int:
        """The number of sketches. Fast."""
        with self._database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(sketch_table)) or 0)


def _stored(connection: sa.Connection) -> dict[str, tuple[int, list[str]]]:
    sketches = sa.select(dataset_table.c.whole_fingerprint, sketch_table.c.contents, sketch_table.c.hashes)
    rows = connection.execute(sketches.join(dataset_table).order_by(sketch_table.c.dataset))
    return {name: (contents, hashes) for name, contents, hashes in rows}


def _shared_share(contents: int, hashes: list[str], shared: set[str], size: int) -> float:
    """The estimated share of the smaller one's contents that both datasets have; 0 where one has no rows."""
    common = sum(hash in shared for hash in hashes) / len(hashes) * contents
    return common / min(contents, size) if size else 0.0
