"""Which layout reads which record? Records are grouped by it, and one record can become several rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import polars as pl

from analysis.formats.chats import CELL_STARTS, value_in_cell
from analysis.formats.groups import ROWS
from analysis.formats.layouts import BY_NAME, Layout, Row
from analysis.formats.parsing import Records
from analysis.formats.shapes import Shape
from analysis.formats.tables import TableColumn

ADDED = "\0"
"""What the name of a column that a layout adds begins with until it is stored: a record may have a key of that name."""

UNREAD = "unread_records"
"""The added column with the records of a tree or session that no layout reads."""


def is_added(column: str) -> bool:
    """Whether a layout adds this column to those of the record."""
    return column.startswith(ADDED)


def picked(values: Sequence[Any], positions: Sequence[int]) -> Sequence[Any]:
    """The values at these positions, of a list or a column of a table."""
    if isinstance(values, TableColumn):
        return values.gather(positions)
    return [values[n] for n in positions]


@dataclass(frozen=True)
class Group:
    """The rows that one shape reads. `positions`: which rows; None for all. `rows`: what its layout read of each."""

    shape: Shape
    positions: list[int] | None
    rows: Sequence[Row] = ()

    def values(self, role: str, column: str, columns: Mapping[str, Sequence[Any]], height: int) -> Sequence[Any]:
        """The values of a role, one for each row of the group."""
        if self.rows and not column:
            return [row.get(role) for row in self.rows]
        of_all = columns.get(column)
        if of_all is None:
            return [None] * (height if self.positions is None else len(self.positions))
        return of_all if self.positions is None else picked(of_all, self.positions)


@dataclass(frozen=True)
class Assigned:
    """`records`: with a record for each row. `groups`: in the order of the plan's shapes. `unread`: the rows that no
    shape reads. `added`: the columns that layouts add, a value for each row. `parts`: where a record gave several rows,
    the position of each among them."""

    records: Records
    groups: tuple[Group, ...]
    unread: list[int]
    added: Mapping[str, list[Any]]
    parts: list[int] | None = None


def assign(records: Records, shapes: Sequence[Shape], columns: Mapping[str, Sequence[Any]]) -> Assigned:
    """Gives each record to the first shape that reads it. `columns`: the records' values by column."""
    assigned = _assigned(records, shapes, columns)
    # The records of a group have no columns of their own; a batch has groups throughout or none.
    has_groups = records.frame is None and records.values and ROWS in records.values[0]
    return _with_unread_groups(assigned) if has_groups else assigned


def _with_unread_groups(assigned: Assigned) -> Assigned:
    """The same with the records of each group that no layout reads in a column that is added."""
    read = {n for group in assigned.groups if group.shape.layout for n in group.positions or range(len(group.rows))}
    left = [None if n in read else value.get(ROWS) for n, value in enumerate(assigned.records.values)]
    if not any(left):
        return assigned
    return replace(assigned, added={**assigned.added, ADDED + UNREAD: left})


def _assigned(records: Records, shapes: Sequence[Shape], columns: Mapping[str, Sequence[Any]]) -> Assigned:
    height = len(records.values)
    layouts = [BY_NAME[shape.layout] for shape in shapes if shape.layout]
    if not layouts:
        left = list(range(height))
        groups = []
        for shape in shapes:
            fitting, left = _split(shape, left, columns)
            groups.append(Group(shape, None if len(fitting) == height else fitting))
        return Assigned(records, tuple(g for g in groups if g.positions != []), left, {})
    return _by_layout(records, shapes, layouts, columns)


def _split(shape: Shape, rows: list[int], columns: Mapping[str, Sequence[Any]]) -> tuple[list[int], list[int]]:
    """The rows that a shape without a layout reads, and the others."""
    wanted = [columns[name] for name in shape.text_columns if name in columns]
    if not shape.text_columns or any(len(rows) == len(values) and None not in values for values in wanted):
        return rows, []
    filled = [
        values.series.is_not_null().to_list() if isinstance(values, TableColumn) else [v is not None for v in values]
        for values in wanted
    ]
    reads = [any(values[n] for values in filled) for n in rows]
    return [n for n, fits in zip(rows, reads, strict=True) if fits], [
        n for n, fits in zip(rows, reads, strict=True) if not fits
    ]


def _by_layout(
    records: Records, shapes: Sequence[Shape], layouts: Sequence[Layout], columns: Mapping[str, Sequence[Any]]
) -> Assigned:
    given: list[tuple[int, Layout | None, list[Row]]] = []
    for number, value in enumerate(records.values):
        layout, _, rows = read_by_layout(value, layouts, is_typed=records.frame is not None)
        given.append((number, layout, rows or [{}]))
    origin = [number for number, _, rows in given for _ in rows]
    readers = [layout for _, layout, rows in given for _ in rows]
    rows_read = list(chain.from_iterable(rows for _, _, rows in given))
    is_same = origin == list(range(len(records.values)))
    spread = records if is_same else _spread(records, origin)
    if not is_same:
        columns = {name: picked(values, origin) for name, values in columns.items()}
    left = [n for n, layout in enumerate(readers) if layout is None]
    groups = []
    for shape in shapes:
        if shape.layout:
            fitting = [n for n, layout in enumerate(readers) if layout is not None and layout.name == shape.layout]
        else:
            fitting, left = _split(shape, left, columns)
        whole = len(fitting) == len(origin)
        groups.append(Group(shape, None if whole else fitting, [rows_read[n] for n in fitting] if shape.layout else ()))
    names = dict.fromkeys(name for layout in layouts for name in layout.adds)
    added = {ADDED + name: [row.get("columns", {}).get(name) for row in rows_read] for name in names}
    parts = None if is_same else list(chain.from_iterable(range(len(rows)) for _, _, rows in given))
    return Assigned(spread, tuple(g for g in groups if g.positions != []), left, added, parts)


Form = Mapping[str, Any]
"""A record as layouts look at it."""


def form_of(record: Form, *, is_typed: bool) -> Form:
    """The record without its columns that are null: in a table every record has all columns, also those of other
    layouts. `is_typed`: so has every object in it."""
    form: Form = _filled(record) if is_typed else {key: value for key, value in record.items() if value is not None}
    return form


def read_by_layout(
    record: Form, layouts: Sequence[Layout], *, is_typed: bool
) -> tuple[Layout | None, Form, list[Row] | None]:
    """The first layout that a record has, the form in which it has it, and its rows."""
    form = form_of(record, is_typed=is_typed)
    in_cells = opened_cells(form)
    for each in (form,) if in_cells is form else (form, in_cells):
        for layout in layouts:
            if (rows := layout.rows_of(each)) is not None:
                return layout, each, rows
    return None, record, None


def opened_cells(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record with the objects, and the lists of them, whose JSON or Python text is in a cell; itself where there is
    none. A list of texts stays text: an answer may be one."""
    texts = {key: value for key, value in record.items() if type(value) is str and value.startswith(CELL_STARTS)}
    read = {key: value for key, text in texts.items() if _is_nested(value := value_in_cell(text))}
    return {**record, **read} if read else record


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(v, dict | list) for v in value))


def _filled(value: Any) -> Any:
    """A value of a typed table without its nulls: there every object has all keys. Arguments of calls keep theirs."""
    if isinstance(value, dict):
        return {k: v if _is_argument(k, value) else _filled(v) for k, v in value.items() if v is not None}
    return [_filled(item) for item in value] if isinstance(value, list) else value


def _is_argument(key: str, holder: Mapping[str, Any]) -> bool:
    """Whether a key of an object holds the arguments of a call."""
    if key == "parameters":
        is_schema = isinstance(holder[key], dict) and not {"properties", "type"}.isdisjoint(holder[key])
        return holder.get("name") is not None and holder.get("description") is None and not is_schema
    is_of_part = holder.get("type") == "tool_use" or holder.get("toolUseId") is not None
    return key in ("arguments", "args") or (key == "input" and is_of_part)


def _spread(records: Records, origin: Sequence[int]) -> Records:
    """The records repeated, one for each row."""
    return replace(
        records,
        values=[records.values[n] for n in origin],
        by_column=None,
        texts=None if records.texts is None else [records.texts[n] for n in origin],
        lines=[records.lines[n] for n in origin],
        frame=None if records.frame is None else records.frame[pl.Series(origin, dtype=pl.UInt32)],
    )
