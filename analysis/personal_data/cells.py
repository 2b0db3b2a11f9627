"""Every text in a cell, whatever holds it: plain, chats, lists, JSON inside JSON, records of separated values."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d{7,}')
"""A JSON string, or a whole number long enough to be somebody's; nothing else of JSON can hold a text."""
Change = Callable[[str], str]


class Kind(NamedTuple):
    """How the texts of a column are written: "text", "json", or "cells" between a separator."""

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
    """Every text to look at in a value: of JSON its strings; JSON in a string also as it stands, with its numbers."""
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
    """The same value with `change` made to every text of it. JSON stays JSON: only strings change, and numbers that
    `change` replaces become strings."""
    if isinstance(value, str):
        if kind.name == "json" or (kind.name == "text" and is_json(value)):
            return TOKEN.sub(lambda found: _in_token(found[0], change), value)
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
