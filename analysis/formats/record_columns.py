"""The values of records by column, and which Python types are in each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any

from analysis.errors import FormatError
from analysis.formats.csvfiles import SURPLUS
from analysis.formats.groups import ROWS
from analysis.formats.options import MAX_COLUMNS
from analysis.formats.parsing import Records
from analysis.formats.tables import TableColumn, TableRows


def columns_of(records: Records) -> dict[str, Sequence[Any]]:
    """The records' values by column, in order of first appearance: lists, or the columns of a typed table. Raises
    FormatError where columns are too many."""
    rows = records.values
    if records.by_column is not None and len(records.by_column) <= MAX_COLUMNS and ROWS not in records.by_column:
        return dict(records.by_column)
    shapes = dict.fromkeys(map(tuple, [rows.frame.columns] * bool(rows) if isinstance(rows, TableRows) else rows))
    names = dict.fromkeys(name for keys in shapes for name in keys if name != ROWS)
    if SURPLUS in names:
        names[SURPLUS] = names.pop(SURPLUS)
    check_count(names)
    if isinstance(rows, TableRows):
        return {name: TableColumn(rows.frame[name]) for name in names}
    if len(shapes) == 1 and rows:
        return {name: list(map(itemgetter(name), rows)) for name in names}
    return {name: [record.get(name) for record in rows] for name in names}


def check_count(names: Collection[str]) -> None:
    """Raises FormatError where these are more columns than a dataset may have."""
    if len(names) > MAX_COLUMNS:
        raise FormatError(
            f"The records have more than {MAX_COLUMNS:,} different columns, such as {', '.join(list(names)[:3])}; "
            "are the names of the columns data themselves?"
        )


def types_of(columns: Mapping[str, Sequence[Any]]) -> dict[str, set[type]]:
    """The Python types in each column; of a table only whether there are nulls."""
    return {name: _types_in(values) for name, values in columns.items()}


def _types_in(values: Sequence[Any]) -> set[type]:
    if isinstance(values, TableColumn):
        return {type(None)} if None in values else set()
    return set(map(type, values))
