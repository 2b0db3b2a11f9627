"""Which kind of file would a pasted text be? Decided by its form alone, since it has no name."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

LOOKED_AT = 50
NAME_CHARS = 40


def kind_of_text(text: str) -> str:
    """The ending of a file with this content: jsonl, json, tsv, csv or txt.

    >>> kind_of_text('{"a": 1}'), kind_of_text('[{"a": 1}]'), kind_of_text("a,b\\n1,2"), kind_of_text("Yes, it is.")
    ('jsonl', 'json', 'csv', 'txt')
    """
    lines = [line for line in text.splitlines() if line.strip()][:LOOKED_AT]
    if lines and sum(isinstance(_json(line), dict) for line in lines) * 2 > len(lines):
        return "jsonl"
    if text.lstrip()[:1] in ("[", "{") and _json(text) is not None:
        return "json"
    return next((kind for kind, separator in (("tsv", "\t"), ("csv", ",")) if _is_table(text, separator)), "txt")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_table(text: str, separator: str) -> bool:
    """Whether the first line names two columns or more, and each other line has as many cells."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row][:LOOKED_AT]
    except csv.Error:
        return False
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return False
    names = [name.strip() for name in rows[0]]
    return separator == "\t" or (
        len(set(names)) == len(names) and all(0 < len(name) <= NAME_CHARS and name[-1] not in ".?!" for name in names)
    )
