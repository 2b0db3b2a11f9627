"""Every text in a cell: plain text, chats, lists, JSON inside JSON, records of separated values."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d{7,}')
"""A JSON string, or a whole number of seven digits or more; no other part of JSON can hold personal data."""
Change = Callable[[str], str]


class Kind(NamedTuple):
    """How the texts of a column are written: "text", "json", or "cells" with a separator between them."""

    name: str = "text"
    separator: str = ","
    quoted: bool = True


TEXT, JSON = Kind(), Kind("json")


def is_json(text: str) -> bool:
    """Whether a text is a JSON object or array."""
    if text[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def texts_in(value: Any, kind: Kind = TEXT) -> Iterator[str]:
    """Every text to scan in a value: of JSON its strings; JSON in a string also as a whole, and its numbers."""
    if isinstance(value, str):
        if kind.name == "cells":
            for cell in cells(value, kind):
                yield from texts_in(cell)
        elif kind.name == "json":
            for token in TOKEN.findall(value):
                if token[0] == '"':
                    yield from texts_in(_decoded(token))
        else:
            yield value
            if is_json(value):
                yield from texts_in(value, JSON)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from texts_in(entry, kind)
    elif isinstance(value, dict):
        for entry in value.values():
            yield from texts_in(entry, kind)


def rewritten(value: Any, change: Change, kind: Kind = TEXT) -> Any:
    """The value with `change` applied to each of its texts. JSON stays JSON: only strings change, and a number that
    `change` replaces becomes a string."""
    if isinstance(value, str):
        if kind.name == "json" or (kind.name == "text" and is_json(value)):
            return TOKEN.sub(lambda match: _in_token(match[0], change), value)
        return change(value)
    if isinstance(value, list | tuple):
        return [rewritten(entry, change, kind) for entry in value]
    if isinstance(value, dict):
        return {name: rewritten(entry, change, kind) for name, entry in value.items()}
    return value


def _in_token(token: str, change: Change) -> str:
    before = _decoded(token) if token[0] == '"' else token
    after = rewritten(before, change)
    return token if after == before else json.dumps(after, ensure_ascii=token.isascii())


def _decoded(token: str) -> str:
    return str(json.loads(token, strict=False)) if "\\" in token else token[1:-1]


def cells(record: str, kind: Kind) -> list[str]:
    """The cells of a record of separated values; a record that cannot be read is one cell."""
    if not kind.quoted:
        return record.split(kind.separator)
    try:
        return [cell for row in csv.reader(record.splitlines(keepends=True), delimiter=kind.separator) for cell in row]
    except csv.Error:
        return [record]
