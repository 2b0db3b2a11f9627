"""A row with proposed texts in the place of its own, in every canonical column that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.formats.named_texts import CHATS, Row, aliases_in, derived_of, texts_of


@dataclass(frozen=True)
class Rewritten:
    """`columns`: canonical column -> its new value, of those that change. `texts`: field -> the row's own text.
    `edits`: field -> the proposed one. `unplaced`: fields that the row does not have."""

    columns: Mapping[str, Any]
    texts: Mapping[str, str | None]
    edits: Mapping[str, str]
    unplaced: tuple[str, ...] = ()


def rewritten_row(row: Row, proposed: Mapping[str, str]) -> Rewritten:
    """The row with `proposed`, field -> text. A field that the row does not have, such as one of a message that is not
    there since the file was read in another way, changes nothing and is in `unplaced`."""
    derived = derived_of(row)
    texts, aliases = texts_of(row, derived), aliases_in(derived)
    edits: dict[str, str] = {}
    unplaced = []
    for field, text in sorted(proposed.items(), key=lambda item: item[0] not in aliases):
        place = aliases.get(field, field)
        if place in texts:
            edits[place] = text
        else:
            unplaced.append(field)
    changed = {field: text for field, text in edits.items() if texts[field] != text}
    columns: dict[str, Any] = {field: text for field, text in changed.items() if "." not in field}
    for column in CHATS:
        if any(field.startswith(f"{column}.") for field in changed):
            columns[column] = [_message(column, n, message, changed) for n, message in enumerate(row[column])]
    new_texts = {**texts, **changed}
    for column, fields in derived.items():
        if any(field in changed for field in fields):
            columns[column] = "\n\n".join(str(new_texts[field]) for field in fields)
    if not row.get("messages") and changed.keys() & {"prompt", "response"} and "n_turns" in row:
        columns["n_turns"] = sum(bool(new_texts.get(side)) for side in ("prompt", "response"))
    return Rewritten(columns, texts, changed, tuple(unplaced))


def _message(column: str, position: int, message: Mapping[str, Any], edits: Mapping[str, str]) -> dict[str, Any]:
    new = {part: edits[key] for part in ("content", "reasoning") if (key := f"{column}.{position}.{part}") in edits}
    return {**message, **new}
