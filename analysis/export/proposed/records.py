"""The record of a row as its source file has it, with proposed texts in the place of its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from analysis.export.proposed.leaves import (
    after_space,
    json_with_leaves,
    leaves_in,
    leaves_of,
    scanstring,
    spans_of,
    with_leaves,
)
from analysis.export.proposed.placing import NO_TEXT, Keys, place
from analysis.personal_data.cells import Kind, cells
from analysis.proposals import Rewritten

PAIRS = json.JSONDecoder(object_pairs_hook=list, strict=False)
"""Reads an object as a list of its keys and values."""


class Changed(NamedTuple):
    """A record with the texts that could be placed in it, and the fields that could not."""

    record: Any
    lost: tuple[str, ...]


def changed_values(values: Mapping[str, Any], row: Rewritten, keys: Keys) -> Changed:
    """A record as values by key: lists, objects and texts, which may be JSON."""
    placed = place(leaves_of(values), row, keys)
    return Changed(with_leaves(values, placed.texts), placed.lost)


def changed_json(record: str, row: Rewritten, keys: Keys) -> Changed:
    """A record as JSON text; all but the placed texts stays as it is written."""
    spans = spans_of(record)
    placed = place(leaves_in(spans), row, keys)
    return Changed(json_with_leaves(record, spans, placed.texts), placed.lost)


def changed_record(record: str, texts: Sequence[tuple[str, str, str]], keys: Keys) -> str | None:
    """What `changed_json` makes of a record in the usual case, many times faster; None where it must look closely.

    `texts`: key, own text and proposed text; no other text of the row is equal to the own one. The usual case: an
    object of plain values, each key once, in which these keys alone hold the own texts.
    """
    pairs = PAIRS.decode(record)
    values = dict(pairs) if record[:1] == "{" else {}
    if len(values) != len(pairs) or any(isinstance(value, list) for value in values.values()):
        return None
    beside = {key: text for key, text in values.items() if key in keys.texts and isinstance(text, str)}
    if any(text[:1] in ("{", "[") for text in beside.values()):
        return None
    for key, old, new in texts:
        if key in NO_TEXT or not key.isidentifier() or [other for other in beside if beside[other] == old] != [key]:
            return None
        name = f'"{key}"'
        start = record.find(name)
        opening = after_space(record, after_space(record, start + len(name)) + 1)
        if start < 0 or record[start - 1] == "\\" or record[opening : opening + 1] != '"':
            return None
        text, end = scanstring(record, opening + 1, False)
        if text != old or record[start + len(name) : opening].strip() != ":":
            return None
        record = f"{record[:opening]}{json.dumps(new, ensure_ascii=record[opening:end].isascii())}{record[end:]}"
    return record


def changed_cells(record: str, row: Rewritten, keys: Keys, names: Sequence[str], kind: Kind) -> Changed:
    """A record of separated values, whose cells are called `names`."""
    before = cells(record, kind)
    if len(before) != len(names):
        return Changed(record, tuple(row.edits))
    after = changed_values(dict(zip(names, before, strict=True)), row, keys)
    if list(after.record.values()) == before:
        return Changed(record, after.lost)
    written = _written(list(after.record.values()), kind)
    if cells(written, kind) != list(after.record.values()):
        return Changed(record, tuple(row.edits))
    return Changed(written, after.lost)


def changed_line(record: str, row: Rewritten) -> Changed:
    """A line of a text file: a text of several lines has no place in it, and a blank one would be no record."""
    text = row.edits.get("text")
    if text is None or record != row.texts["text"] or not text.strip() or len(text.splitlines()) != 1:
        return Changed(record, tuple(row.edits))
    return Changed(text, ())


def _written(values: Sequence[str], kind: Kind) -> str:
    if not kind.quoted:
        return kind.separator.join(values)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=kind.separator, lineterminator="").writerow(values)
    return text.getvalue()
