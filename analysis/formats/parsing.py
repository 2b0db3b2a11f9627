"""A batch's texts -> its records, as Python values with their lines; what is no record becomes a problem."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import polars as pl

from analysis.errors import FormatError
from analysis.formats.batches import Batch
from analysis.formats.csvfiles import SURPLUS, Dialect
from analysis.formats.groups import is_group, one_record

SURROGATE = re.compile("[\ud800-\udfff]")
Remarks = Counter[tuple[str, str]]
"""How often each (kind of remark, column or detail) occurred."""
PARSE_NOTES = frozenset(
    (
        "invalid_utf8",
        "replacement_character",
        "lone_surrogate",
        "bare_text",
        "surplus_cells",
        "missing_cells",
        "empty_rows",
        "list_member",
        "outside_list",
    )
)
"""The kinds of remark that reading a file's text gives; all others come from the values."""


@dataclass
class Records:
    """`values`: the records. `texts`: each one's own text, or None where the source has none (Arrow). `lines`: 1-based.
    `cells`: all values are text of a CSV. `frame`: the typed columns of an Arrow source. `is_quick`: read by
    orjson alone."""

    values: list[dict[str, Any]]
    texts: Sequence[str | bytes] | None
    lines: Sequence[int]
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: Remarks = field(default_factory=Counter)
    cells: bool = False
    frame: pl.DataFrame | None = None
    is_quick: bool = False

    def with_exact_integers(self) -> Records:
        """The same records read again so that integers beyond 64 bits, which orjson makes floats, keep their digits."""
        return _parse_each([text for text in self.texts or () if isinstance(text, bytes)], self.lines[0])


@dataclass
class Gathered(Records):
    """Records put together one by one."""

    texts: list[str]
    lines: list[int]


def parse(batch: Batch) -> Records:
    """The batch's records and problems, in order."""
    if batch.table is not None:
        return _from_table(batch)
    if batch.span is not None:
        path, start, size = batch.span
        with open(path, "rb") as file:
            file.seek(start)
            return _parse_lines(file.read(size), batch.line)
    if batch.block:
        return _parse_lines(batch.block, batch.line)
    return _parse_texts(batch)


def _from_table(batch: Batch) -> Records:
    frame = batch.table if isinstance(batch.table, pl.DataFrame) else pl.DataFrame(pl.from_arrow(batch.table))
    values = frame.to_dicts()
    for name in batch.nested:
        for value in values:
            value[name] = None if value[name] is None else orjson.loads(value[name])
    return Records(values, None, range(batch.line, batch.line + frame.height), frame=frame)


def _parse_lines(block: bytes, first: int) -> Records:
    if b"\r\n" in block or block.endswith(b"\r"):
        lines = [line.removesuffix(b"\r") for line in block.split(b"\n")]
    else:
        lines = block.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    try:
        values = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        values = []
    if values and set(map(type, values)) == {dict}:
        return Records(values, lines, range(first, first + len(lines)), is_quick=True)
    return _parse_each(lines, first)


def _parse_each(lines: Sequence[bytes], first: int) -> Records:
    records = Gathered([], [], [])
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode("utf-8", "replace")
            records.notes["invalid_utf8", ""] += 1
        _add(records, number, text, None)
    return records


def _parse_texts(batch: Batch) -> Records:
    records = Gathered([], [], [], batch.problems, batch.notes, cells=batch.container == "csv")
    keys = batch.keys or [None] * len(batch.texts)
    for line, text, key in zip(batch.lines, batch.texts, keys, strict=True):
        if "\ufffd" in text:
            records.notes["replacement_character", ""] += 1
        if is_group(text):
            _put(records, line, text, one_record(_members(text, batch.dialect, records.notes)))
        elif batch.container == "text":
            if text.strip():
                _put(records, line, text, {"text": text})
        elif batch.dialect is not None:
            _put(records, line, text, _row(batch.dialect, text, records.notes))
        else:
            _add(records, line, text, key)
    return records


def _members(text: str, dialect: Dialect | None, notes: Remarks) -> list[dict[str, Any]]:
    """The records of a group's text."""
    members: list[Any] = load(text, notes)
    if dialect is not None:
        return [_row(dialect, member, notes) for member in members]
    if any(map(_has_huge_float, members)):
        members = json.loads(text, strict=False)
    return members


def _put(records: Gathered, line: int, text: str, value: dict[str, Any]) -> None:
    records.values.append(value)
    records.texts.append(text)
    records.lines.append(line)


def _row(dialect: Dialect, text: str, notes: Remarks) -> dict[str, Any]:
    """A CSV record by column; an empty cell is null, cells beyond the header are kept together as a JSON list."""
    cells = dialect.cells(text)
    row: dict[str, Any] = {name: cell or None for name, cell in zip(dialect.columns, cells, strict=False)}
    if len(cells) > len(dialect.columns):
        surplus = cells[len(dialect.columns) :]
        if any(surplus):
            row[SURPLUS] = orjson.dumps(surplus).decode()
            notes["surplus_cells", ""] += 1
    elif len(cells) < len(dialect.columns):
        notes["missing_cells", ""] += 1
    return row


def _add(records: Gathered, line: int, text: str, key: str | None) -> None:
    """Parses one JSON text into a record or a problem."""
    try:
        value = load(text, records.notes)
    except FormatError as error:
        records.problems.append((line, str(error)))
        return
    except RecursionError:
        records.problems.append((line, "nested too deeply"))
        return
    if isinstance(value, str):
        value = {"text": value}
        records.notes["bare_text", ""] += 1
    if not isinstance(value, dict):
        kind = {list: "a list", bool: "true or false", type(None): "null"}.get(type(value), "a number")
        records.problems.append((line, f"the record is {kind}, not an object"))
        return
    if key is not None and "key" not in value:
        value = {"key": key, **value}
    _put(records, line, text, value)


def load(text: str, notes: Remarks) -> Any:
    """A JSON text's value; also where it has NaN, integers beyond 64 bits, control characters or half a surrogate pair,
    which becomes U+FFFD. Raises RecursionError, FormatError where it is no JSON: the message is the reason."""
    try:
        value = orjson.loads(text)
        if not (isinstance(value, dict) and _has_huge_float(value)):
            return value
    except orjson.JSONDecodeError:
        pass
    try:
        value = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise FormatError(f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except ValueError:
        raise FormatError("holds a number of more digits than can be read") from None
    return _without_surrogates(value, notes) if "\\u" in text or "\\U" in text else value


def _has_huge_float(value: dict[str, Any]) -> bool:
    """orjson reads an integer beyond 64 bits as a float, which loses its digits."""
    return any(type(v) is float and abs(v) >= 2**63 for v in value.values())


def _without_surrogates(value: Any, notes: Remarks) -> Any:
    if isinstance(value, str):
        fixed = SURROGATE.sub("\ufffd", value)
        notes["lone_surrogate", ""] += fixed != value
        return fixed
    if isinstance(value, list):
        return [_without_surrogates(v, notes) for v in value]
    if isinstance(value, dict):
        return {_without_surrogates(k, notes): _without_surrogates(v, notes) for k, v in value.items()}
    return value
