"""Which texts of a row can be edited in the reader, and what does the reader show of a proposed text?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from analysis.formats.named_texts import PLAIN
from analysis.reading.differences import difference
from analysis.reading.row_texts import Section

MAX_PARTS_CHARS = 400_000  # of both texts together
_PLACE = re.compile(r"messages\[(\d+)\](\.reasoning)?")


class ProposedText(NamedTuple):
    """A text proposed for a row: its `field` as proposals name it, such as "messages.3.content", who proposed it, when
    (UTC, to the minute), and why, "" where no reason was given."""

    field: str
    text: str
    person: str
    at: str
    why: str = ""


def field_of(section: Section, row: Mapping[str, Any], texts: Mapping[str, str | None]) -> str | None:
    """The name of a section's text for proposals; None where it is no text of its own: JSON, a cell of a table, or
    several turns as one text. `texts`: those of the row by name (`texts_of`)."""
    field = _named(section, row)
    if field is None or field not in texts or section.is_code:
        return None
    return field if texts[field] == section.text else None


def _named(section: Section, row: Mapping[str, Any]) -> str | None:
    first = section.fields[0]
    if place := _PLACE.fullmatch(first):
        return f"messages.{place[1]}.{'reasoning' if place[2] else 'content'}"
    side = {"response": "messages", "rejected": "messages_rejected"}.get(first, "")
    if first in PLAIN and row.get(side):
        return f"{side}.{len(row[side]) - 1}.content"  # an answer of a pair is its last turn
    return first if first in PLAIN else None


def shown_proposal(before: str | None, proposed: ProposedText) -> dict[str, Any]:
    """The proposal for JSON: `parts` are the pieces of both texts in order (see `difference`), `hidden` says how many
    of their characters are left out at the end."""
    parts = difference(before or "", proposed.text)
    kept: list[list[str]] = []
    room = MAX_PARTS_CHARS
    for kind, text in parts:
        kept.append([kind, text[:room]])
        room -= len(text)
        if room <= 0:
            break
    hidden = sum(len(text) for _, text in parts) - sum(len(text) for _, text in kept)
    return {"parts": kept, "hidden": hidden, "person": proposed.person, "at": proposed.at, "why": proposed.why}
