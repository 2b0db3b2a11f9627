"""Which views of a dataset did people save under a name, and which view does a short id name?"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from analysis.annotations.database import Database, dataset_table, metadata, of_dataset, utc_now
from analysis.annotations.people import LONGEST_NAME, clean_name, clean_person, remember
from analysis.errors import AnnotationError

view_table = sa.Table(
    "saved_view",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(20), nullable=False, unique=True),
    sa.Column("dataset", sa.ForeignKey("annotated_dataset.number"), nullable=False, index=True),
    sa.Column("name", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("filters", sa.JSON, nullable=False),
    sa.Column("person", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("is_hidden", sa.Boolean, nullable=False),
)


@dataclass(frozen=True)
class SavedView:
    """A view with a name. The view of an id never changes, its name may change.

    `dataset` is the fingerprint of its dataset, `filters` are unchanged, `at` is the time of saving in UTC.
    """

    id: str
    dataset: str
    name: str
    filters: tuple[str, ...]
    person: str
    at: datetime


class SavedViews:
    """Saved views by dataset. Saving under a name in use makes a new revision; older ids still work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, dataset: str, name: str, filters: Sequence[str], person: str) -> str:
        """Stores the filters under the name and returns a new id of 7 URL-safe characters. Raises AnnotationError."""
        name, person = clean_name(name, "view's"), clean_person(person)
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset)
            remember(connection, person)
            view_id = secrets.token_urlsafe(5)
            while connection.scalar(sa.select(view_table.c.number).where(view_table.c.id == view_id)) is not None:
                view_id = secrets.token_urlsafe(5)
            connection.execute(
                sa.insert(view_table).values(
                    id=view_id,
                    dataset=number,
                    name=name,
                    filters=list(filters),
                    person=person,
                    at=utc_now(),
                    is_hidden=False,
                )
            )
        return view_id

    def listed(self, dataset: str) -> list[SavedView]:
        """The newest revision of every name that is not hidden, latest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                _views().where(of_dataset(dataset), ~view_table.c.is_hidden).order_by(view_table.c.number)
            ).all()
        newest = {row.name: row for row in rows}
        return [_saved_view(row) for row in sorted(newest.values(), key=lambda row: row.number, reverse=True)]

    def view(self, view_id: str) -> SavedView:
        """The view of an id, also of a deleted view or an older revision, since people may have links to them.

        Raises AnnotationError where there is no such view.
        """
        with self._database.reading() as connection:
            row = connection.execute(_views().where(view_table.c.id == view_id)).first()
        if row is None:
            raise _unknown(view_id)
        return _saved_view(row)

    def rename(self, view_id: str, name: str) -> None:
        """Renames the view and all revisions that share its name.

        Raises AnnotationError where there is no such view on the list, or another one of that name.
        """
        name = clean_name(name, "view's")
        with self._database.writing() as connection:
            view = _listed_for_change(connection, view_id)
            taken = sa.select(view_table.c.id).where(_revisions(view.dataset, name)).limit(1)
            if name != view.name and connection.scalar(taken) is not None:
                raise AnnotationError(
                    f"Another view of this dataset is called {name!r}; choose another name, or delete that view first."
                )
            connection.execute(sa.update(view_table).where(_revisions(view.dataset, view.name)).values(name=name))

    def delete(self, view_id: str) -> None:
        """Removes the view and all revisions that share its name from the list; its ids still work in links.

        Raises AnnotationError where there is no such view on the list.
        """
        with self._database.writing() as connection:
            view = _listed_for_change(connection, view_id)
            connection.execute(sa.update(view_table).where(_revisions(view.dataset, view.name)).values(is_hidden=True))


def _views() -> sa.Select[Any]:
    return sa.select(view_table, dataset_table.c.whole_fingerprint).join(dataset_table)


def _revisions(dataset: int, name: str) -> sa.ColumnElement[bool]:
    return (view_table.c.dataset == dataset) & (view_table.c.name == name) & ~view_table.c.is_hidden


def _listed_for_change(connection: sa.Connection, view_id: str) -> sa.Row[Any]:
    listed = _views().where(view_table.c.id == view_id, ~view_table.c.is_hidden).with_for_update()
    row = connection.execute(listed).first()
    if row is None:
        raise _unknown(view_id)
    return row


def _unknown(view_id: str) -> AnnotationError:
    return AnnotationError(
        f"There is no saved view {view_id[:20]!a} here; check that the link is whole and the view has not been deleted."
    )


def _saved_view(row: sa.Row[Any]) -> SavedView:
    return SavedView(
        row.id, row.whole_fingerprint, row.name, tuple(row.filters), row.person, row.at.replace(tzinfo=UTC)
    )
