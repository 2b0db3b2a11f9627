"""What replaces a value of a row, and the row's texts with their values replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from analysis.export.redaction.plan import WHOLE, Redaction
from analysis.export.redaction.pseudonyms import hashed, pseudonym
from analysis.personal_data.known_values import KnownValues
from analysis.personal_data.scanning import Hit, Scan
from analysis.personal_data.types import ENTITY_TYPES

LEAST_CHARS = 6  # a shorter value is replaced where it is a hit, not elsewhere in the row
LEAST_NAME_CHARS = 3
MOST_DRAWS = 8
"""How many pseudonyms are tried for a value before the name of its type in brackets is used."""


class RowValues(NamedTuple):
    """Value -> its type, its stand-in, and how often the stand-in was drawn again, for the values of one row."""

    types: dict[str, str]
    instead: dict[str, str]
    draws: dict[str, int]


def instead_of(rule: Redaction, key: bytes, value: str, row_id: str, draw: int = 0) -> str:
    """What replaces a value of a row; where its type drops rows, in columns that the signal did not read.

    `draw`: how often it was drawn again, 0 for the first draw. A pseudonym is drawn MOST_DRAWS times, a mask or hash
    once; then the name of the type is used.
    """
    if draw >= (MOST_DRAWS if rule.how == "pseudonym" else 1):
        return f"<{rule.type}>"
    if rule.how == "pseudonym":
        return pseudonym(key, "" if rule.option == WHOLE else row_id, rule.type, value, draw)
    if rule.how == "hash":
        return hashed(key, "", rule.type, value)
    return masked(value, rule.shown) if rule.how == "mask" else f"<{rule.type}>"


def masked(value: str, shown: int) -> str:
    """Stars for all but the last `shown` characters; for all characters where `shown` is half of the value or more."""
    kept = shown if shown * 2 < len(value) else 0
    hidden = re.sub(r"\S", "*", value[: len(value) - kept]).replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return hidden + value[len(value) - kept :]


def touches(text: str, stand_in: str, hit: Hit) -> bool:
    """Whether the stand-in and the hit share characters of the text."""
    low = max(0, hit.start - len(stand_in) + 1)
    return stand_in in text[low : hit.end + len(stand_in) - 1]


def replaced(text: str, row_values: RowValues, scans: Mapping[str, Scan]) -> str:
    """The text with its hits replaced, and the row's values also where they are whole words elsewhere."""
    hits = scans[text].hits if text in scans else ()
    out: list[str] = []
    done = 0
    for hit in hits:
        if (new := row_values.instead.get(text[hit.start : hit.end])) is not None:
            out += [_elsewhere(text[done : hit.start], row_values), new]
            done = hit.end
    return "".join((*out, _elsewhere(text[done:], row_values)))


def _elsewhere(text: str, row_values: RowValues) -> str:
    long = [
        v for v, t in row_values.types.items() if len(v) >= (LEAST_NAME_CHARS if t in ENTITY_TYPES else LEAST_CHARS)
    ]
    held = {value: row_values.instead[value] for value in long if value in text}
    return KnownValues(held, inside_from=None)(text) if held else text
