"""A batch's texts -> its records, as Python values with their lines; what is no record becomes a problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import orjson
import polars as pl

from analysis.errors import FormatError
from analysis.formats.batches import Batch
from analysis.formats.chats import messages_of
from analysis.formats.csvfiles import SURPLUS, Dialect
from analysis.formats.groups import is_group, one_record
from analysis.formats.jsontext import Remarks, exact, loads, with_long_digits
from analysis.formats.split_names import is_split
from analysis.formats.tables import TableRows

LINES_AT_ONCE = 500
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
        "bare_list",
        "map",
        "repeated_key",
    )
)
"""The kinds of remark that reading a file's text gives; all others come from the values."""


@dataclass
class Records:
    """`values`: the records. `texts`: each one's own text, or None where the source has none (Arrow). `lines`: 1-based.
    `cells`: all values are text of a CSV. `frame`: the typed columns of an Arrow source. `is_quick`: read by
    orjson alone. `is_json`: `texts` are JSON. `split`: the split that a folder gives the file. `by_column`: the values
    by column, where reading has them so already."""

    values: Sequence[dict[str, Any]]
    texts: Sequence[str | bytes] | None
    lines: Sequence[int]
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: Remarks = field(default_factory=Counter)
    cells: bool = False
    frame: pl.DataFrame | None = None
    is_quick: bool = False
    is_json: bool = False
    split: str | None = None
    by_column: dict[str, list[Any]] | None = None

    def read_again(self, positions: Sequence[int]) -> None:
        """Reads these records again so that integers beyond 64 bits, which orjson makes floats, keep their digits."""
        assert self.texts is not None and isinstance(self.values, list)
        for position in positions:
            text = self.texts[position]
            value = exact(text.decode() if isinstance(text, bytes) else text, self.notes)
            self.values[position] = value
            self.by_column = None
        self.is_quick = False


@dataclass
class Gathered(Records):
    """Records put together one by one."""

    values: list[dict[str, Any]]
    texts: list[str]
    lines: list[int]


def parse(batch: Batch) -> Records:
    """The batch's records and problems, in order."""
    records = _parsed(batch)
    records.split = batch.split
    return records


def _parsed(batch: Batch) -> Records:
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
    lines = range(batch.line, batch.line + frame.height)
    if not batch.nested:
        return Records(TableRows(frame), None, lines, frame=frame)
    values = frame.to_dicts()
    for name in batch.nested:
        for value in values:
            value[name] = None if value[name] is None else loads(value[name])
    return Records(values, None, lines, frame=frame)


def _parse_lines(block: bytes, first: int) -> Records:
    """The records of whole lines, some at a time: what was just read is then still near the processor."""
    if b"\r\n" in block or block.endswith(b"\r"):
        lines = [line.removesuffix(b"\r") for line in block.split(b"\n")]
    else:
        lines = block.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    read, flat = Records([], lines, range(first, first + len(lines)), is_quick=True, is_json=True), _Flat()
    values: list[dict[str, Any]] = []
    for start in range(0, len(lines), LINES_AT_ONCE):
        some = _objects(lines[start : start + LINES_AT_ONCE])
        if some is None:
            return _parse_each(lines, first)
        flat.take(some)
        values += some
    read.values, read.by_column = values, flat.columns
    return read


def _objects(lines: Sequence[bytes]) -> list[dict[str, Any]] | None:
    """The objects on these lines; None where a line holds anything else."""
    try:
        values = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        return None
    return values if set(map(type, values)) <= {dict} else None


class _Flat:
    """The values of records one after another, as long as all have the same keys in the same order."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] | None = None
        self.values: list[Any] = []

    def take(self, records: Sequence[dict[str, Any]]) -> None:
        if self.names == ():
            return
        shapes = set(map(tuple, records)) | ({self.names} if self.names else set())
        self.names = shapes.pop() if len(shapes) == 1 else ()
        if self.names:
            self.values += chain.from_iterable(map(dict.values, records))

    @property
    def columns(self) -> dict[str, list[Any]] | None:
        names = self.names or ()
        return {name: self.values[n :: len(names)] for n, name in enumerate(names)} or None


def _parse_each(lines: list[bytes], first: int) -> Records:
    """The same where a line is no object: only the lines beside it are read one by one."""
    values: list[dict[str, Any]] = []
    texts: list[bytes] = []
    numbers: list[int] = []
    slow = Gathered([], [], [])
    for start in range(0, len(lines), LINES_AT_ONCE):
        some = lines[start : start + LINES_AT_ONCE]
        quick = _objects(some)
        if quick is None:
            _add_lines(slow, some, first + start)
            quick, some, places = slow.values, [text.encode() for text in slow.texts], slow.lines
            slow = Gathered([], [], [], slow.problems, slow.notes)
        else:
            read = Records(quick, some, ())
            read.read_again(with_long_digits(pl.Series(some, dtype=pl.Binary).cast(pl.String)))
            places = list(range(first + start, first + start + len(some)))
        values, texts, numbers = values + quick, texts + some, numbers + places
    return Records(values, texts, numbers, slow.problems, slow.notes, is_json=True)


def _add_lines(records: Gathered, lines: Sequence[bytes], first: int) -> None:
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode("utf-8", "replace")
            records.notes["invalid_utf8", ""] += 1
        _add(records, number, text, None)


def _parse_texts(batch: Batch) -> Records:
    records = Gathered([], [], [], batch.problems, batch.notes, cells=batch.container == "csv")
    records.is_json = batch.container == "json"
    keys = batch.keys or [None] * len(batch.texts)
    for line, text, key in zip(batch.lines, batch.texts, keys, strict=True):
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
    members: list[Any] = exact(text, notes)
    if dialect is not None:
        return [_row(dialect, member, notes) for member in members]
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
        value = exact(text, records.notes)
    except FormatError as error:
        records.problems.append((line, str(error)))
        return
    except RecursionError:
        records.problems.append((line, "nested too deeply"))
        return
    if key is not None and not is_split(key) and isinstance(value, str | int | float | bool):
        value = {"value": value}
    elif isinstance(value, str):
        value = {"text": value}
        records.notes["bare_text", ""] += 1
    elif isinstance(value, list) and _is_conversation(value):
        value = {"messages": value}
        records.notes["bare_list", ""] += 1
    if not isinstance(value, dict):
        kind = {list: "a list", bool: "true or false", type(None): "null"}.get(type(value), "a number")
        records.problems.append((line, f"the record is {kind}, not an object"))
        return
    if key is not None and "key" not in value:
        value = {"key": key, **value}
    _put(records, line, text, value)


def _is_conversation(value: list[Any]) -> bool:
    """Whether a bare list holds turns: objects, or the texts of two speakers."""
    if value and all(type(turn) is str for turn in value):
        return len(value) > 1
    return bool(value) and messages_of(value) is not None
