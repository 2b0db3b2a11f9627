"""Which names did people give to clusters, instead of the generated ones?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
import sqlalchemy as sa

from analysis.annotations.database import Database, dataset_table, metadata, of_dataset, utc_now
from analysis.annotations.people import LONGEST_NAME, clean_name, clean_person, remember

name_table = sa.Table(
    "cluster_name",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), nullable=False, index=True),
    sa.Column("key", sa.String(120), nullable=False),
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("cluster", sa.Integer, nullable=False),
    sa.Column("name", sa.String(LONGEST_NAME)),  # null restores the generated name
    sa.Column("person", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)


@dataclass(frozen=True)
class ClusterName:
    """A name that a person gave to a cluster; `level` is `cluster` or `cluster_group`, `at` is in UTC."""

    level: str
    cluster: int
    name: str
    person: str
    at: datetime


class ClusterNames:
    """Names of clusters by dataset and by `key` of the signal that computed them, since another key has other numbers.

    Names are only added, never changed; the latest name of a cluster is in force.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, dataset: str, key: str, level: str, cluster: int, name: str, person: str) -> None:
        """Sets a cluster's name; an empty one restores the generated name. Raises AnnotationError."""
        person = clean_person(person)
        kept = clean_name(name, "cluster's") if name.strip() else None
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset)
            remember(connection, person)
            new = {"key": key, "level": level, "cluster": cluster, "name": kept, "person": person, "at": utc_now()}
            connection.execute(sa.insert(name_table).values(dataset=number, **new))

    def given(self, dataset: str, key: str) -> dict[tuple[str, int], ClusterName]:
        """The names in force, by level and number of the cluster."""
        c = name_table.c
        names = sa.select(name_table).join(dataset_table).order_by(c.number)
        with self._database.reading() as connection:
            rows = connection.execute(names.where(of_dataset(dataset), c.key == key)).all()
        latest = {(row.level, row.cluster): row for row in rows}
        return {
            of: ClusterName(row.level, row.cluster, row.name, row.person, row.at.replace(tzinfo=UTC))
            for of, row in latest.items()
            if row.name is not None
        }


def renamed(cards: pl.DataFrame, level: str, names: Mapping[tuple[str, int], ClusterName]) -> pl.DataFrame:
    """The cards (`cluster`, `name`, `group`, `group_name`) with the names that people gave, else the generated names.
    `found_name` holds the generated name.
    """
    clusters = {number: given.name for (of, number), given in names.items() if of == level}
    groups = {number: given.name for (of, number), given in names.items() if of == "cluster_group"}
    return cards.with_columns(
        _called("cluster", clusters, "name"), _called("group", groups, "group_name"), found_name="name"
    )


def _called(number: str, names: Mapping[int, str], column: str) -> pl.Expr:
    given = pl.col(number).replace_strict(list(names), list(names.values()), default=None, return_dtype=pl.String)
    return pl.coalesce(given, column).alias(column)
