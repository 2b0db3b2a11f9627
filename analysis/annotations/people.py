"""Who annotates, and what a name (of a person, a tag or a saved view) may look like."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa

from analysis.annotations.database import Database, insert_once, metadata, utc_now
from analysis.errors import AnnotationError

LONGEST_NAME = 60

person_table = sa.Table(
    "person",
    metadata,
    sa.Column("name", sa.String(LONGEST_NAME), primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
)

# Persian, Indic scripts and emoji need the two joiners; all other format characters only hide or reorder text.
_JOINERS = "\u200c\u200d"


def clean_name(name: str, kind: str) -> str:
    """The name without outer white space, in Unicode form NFC: 1 to 60 characters, at least one of them visible.

    `kind` names it in messages ("tag"). Raises AnnotationError where the name is empty or longer, or holds
    control characters, line separators, text-direction marks or halves of surrogate pairs.
    """
    cleaned = unicodedata.normalize("NFC", name.strip())
    shown = ascii(cleaned if len(cleaned) <= LONGEST_NAME else cleaned[:LONGEST_NAME] + "...")
    for character in cleaned:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _JOINERS:
            raise AnnotationError(
                f"The {kind} name {shown} holds U+{ord(character):04X}, an invisible or controlling character; "
                "write the name without it."
            )
    if len(cleaned) > LONGEST_NAME:
        raise AnnotationError(f"The {kind} name {shown} has {len(cleaned)} characters; write at most {LONGEST_NAME}.")
    if not cleaned.strip(_JOINERS):
        raise AnnotationError(f"The {kind} name is empty; write 1 to {LONGEST_NAME} characters.")
    return cleaned


def clean_person(name: str) -> str:
    """A person's name by the rules of `clean_name`. Names are not verified; upper and lower case differ.

    >>> clean_person("  Ada ")
    'Ada'
    """
    return clean_name(name, "person's")


class People:
    """The names of annotating people, so that each is typed once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str) -> str:
        """Stores a name for `names` and returns it cleaned. Raises AnnotationError where `clean_name` does."""
        name = clean_person(name)
        with self._database.writing() as connection:
            remember(connection, name)
        return name

    def names(self) -> list[str]:
        """All stored names, and those of all who tagged or saved a view, in alphabetical order."""
        with self._database.reading() as connection:
            names = connection.scalars(sa.select(person_table.c.name)).all()
        return sorted(names, key=lambda name: (name.casefold(), name))


def remember(connection: sa.Connection, name: str) -> None:
    """Stores a cleaned name once."""
    if connection.scalar(sa.select(person_table.c.name).where(person_table.c.name == name)) is None:
        insert_once(connection, person_table, name=name, at=utc_now())
