"""Which texts did people propose in the place of the source's, who did, and how is that undone?

The source is never changed. A *word* is what one person proposes for one text of a row; words are only added, as events
in batches: one batch per action, in one transaction. The rules are those of `tags`:

* The last word on a text counts, whoever gave it. A word that withdraws leaves the text of the source.
* Undo reverses the latest batch in force of a person: the texts are then as if that batch had never existed. Redo
  restores what was undone last; a new batch leaves nothing to redo.

Datasets are identified by fingerprint and rows by `row_id`, so that a proposal survives a second import and a reordered
file. A field is the name of a text as in `analysis.formats.named_texts`: "response", "messages.3.content".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import polars as pl
import sqlalchemy as sa

from analysis.annotations.batches import Batch, Kind, latest_batch
from analysis.annotations.database import Database
from analysis.annotations.people import clean_person
from analysis.annotations.proposal_events import (
    LONGEST_FIELD,
    TEXTS,
    changed_texts,
    current_texts,
    fields_of,
    reversed_texts,
    texts_in_history,
)
from analysis.errors import UnfitTextError

LOG = "proposals"
LONGEST_TEXT = 1_000_000
LONGEST_WHY = 1_000

CURRENT: dict[str, pl.DataType] = {
    "row_id": pl.String(),
    "field": pl.String(),
    "text": pl.String(),
    "person": pl.String(),
    "at": pl.Datetime("us"),
    "why": pl.String(),
}
"""The columns of the proposed texts that count, one line per text; `at` is in UTC, `why` null where none was given."""


@dataclass(frozen=True)
class ProposalEvent:
    """One person's word on a text of a row: what it proposes, or null where it withdraws; `at` is in UTC.

    The text of an undo or a redo is the one that it restores.
    """

    batch: int
    at: datetime
    person: str
    field: str
    text: str | None
    kind: Kind
    undoes: int | None
    why: str | None


class Proposals:
    """Proposed texts by dataset. `dataset` is always the whole fingerprint."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(self, dataset: str, texts: Mapping[str, Mapping[str, str | None]], person: str, why: str = "") -> Batch:
        """Proposes texts as one batch: {row_id: {field: text}}; None in the place of a text withdraws it.

        Words that change nothing are left out. The store does not know the source's texts: `analysis.proposals` asks
        whether a row has the field and whether the text differs. Raises UnfitTextError where a text is too long or
        holds a character that no database and no JSON can hold.
        """
        _check(texts, why)
        person = clean_person(person)
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset, LOG)
            return self._keep(connection, number, person, texts, why)

    def withdraw(self, dataset: str, row_ids: Sequence[str], person: str) -> Batch:
        """Withdraws every proposed text of these rows as one batch, whoever proposed it."""
        person = clean_person(person)
        with self._database.writing() as connection:
            number = self._database.dataset_number(connection, dataset, LOG)
            texts: dict[str, dict[str, str | None]] = {}
            for row_id, field in fields_of(connection, number, list(dict.fromkeys(row_ids))):
                texts.setdefault(row_id, {})[field] = None
            return self._keep(connection, number, person, texts, "")

    def undo(self, dataset: str, person: str, also: Collection[int] = ()) -> Batch | None:
        """Reverses the person's latest batch in force; null when there is none. `also`: batches that are the person's
        although another name is stored with them."""
        return self._reverse(dataset, person, "undo", also)

    def redo(self, dataset: str, person: str, also: Collection[int] = ()) -> Batch | None:
        """Reverses the person's latest undo, if there is no new batch since; null otherwise."""
        return self._reverse(dataset, person, "redo", also)

    def standing(self, dataset: str) -> pl.DataFrame:
        """The proposed texts that count, with the columns of CURRENT, by row_id and field."""
        with self._database.reading() as connection:
            rows = connection.execute(current_texts(dataset, LOG)).all()
        columns = zip(*rows, strict=True) if rows else ((),) * len(CURRENT)
        return pl.DataFrame(dict(zip(CURRENT, columns, strict=True)), schema=CURRENT)

    def history(self, dataset: str, row_id: str) -> list[ProposalEvent]:
        """All words of all people on a row's texts, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(texts_in_history(dataset, LOG, row_id)).all()
        return [ProposalEvent(row[0], row[1].replace(tzinfo=UTC), *row[2:]) for row in rows]

    def revision(self, dataset: str) -> int:
        """The number of the latest batch, 0 before the first. It grows with every change. Fast."""
        return latest_batch(self._database, dataset, LOG)

    def _keep(
        self,
        connection: sa.Connection,
        number: int,
        person: str,
        texts: Mapping[str, Mapping[str, str | None]],
        why: str,
    ) -> Batch:
        words = list(changed_texts(connection, number, person, texts))
        return TEXTS.say(connection, number, person, words, why.strip() or None)

    def _reverse(self, dataset: str, person: str, kind: Literal["undo", "redo"], also: Collection[int]) -> Batch | None:
        return TEXTS.reverse(self._database, dataset, LOG, person, kind, reversed_texts, also)


def is_fit(text: str) -> bool:
    """Whether a text can be proposed: it is not too long, and holds no character that cannot be stored."""
    return len(text) <= LONGEST_TEXT and "\0" not in text


def _check(texts: Mapping[str, Mapping[str, str | None]], why: str) -> None:
    """Raises UnfitTextError where a field, a text or the reason cannot be stored."""
    if len(why) > LONGEST_WHY:
        raise UnfitTextError(f"The reason has {len(why):,} characters; write at most {LONGEST_WHY:,}.")
    check_characters(why, "reason")
    for row_id, fields in texts.items():
        for field, text in fields.items():
            if not field or len(field) > LONGEST_FIELD:
                raise UnfitTextError(f"{field[:LONGEST_FIELD]!a} is no name of a text; write one such as response.")
            if text is None:
                continue
            if len(text) > LONGEST_TEXT:
                raise UnfitTextError(
                    f"The text proposed for {field} of row {row_id} has {len(text):,} characters; "
                    f"propose at most {LONGEST_TEXT:,}."
                )
            check_characters(text, f"text proposed for {field} of row {row_id}")


def check_characters(text: str, what: str) -> None:
    """Raises UnfitTextError where a text holds NUL, which PostgreSQL cannot hold, or half of a surrogate pair."""
    if "\0" in text:
        raise UnfitTextError(
            f"The {what} holds the character U+0000 at position {text.index(chr(0)) + 1:,}; write it without."
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnfitTextError(
            f"The {what} holds U+{ord(text[error.start]):04X} at position {error.start + 1:,}, half of a character; "
            "write it without."
        ) from None
