"""The first records of files -> the plan to read all of them: shapes of records, and types of columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from analysis.errors import FormatError
from analysis.formats.assigning import ADDED
from analysis.formats.batches import Batch
from analysis.formats.groups import ROWS
from analysis.formats.kinds import Kind, kinds_of
from analysis.formats.layouts import BY_NAME, LAYOUTS, Layout, first_layout
from analysis.formats.options import ReadOptions
from analysis.formats.parsing import Records
from analysis.formats.parts import Plan, build
from analysis.formats.shapes import Shape, find_shape, layout_shape

BY_COLUMNS = "columns"
SAMPLE_RECORDS = 1_000
MAX_SHAPES = 12


def plan_for(heads: Sequence[tuple[Batch, Records]], reading: ReadOptions) -> Plan:
    """The plan that these first records suggest: their shapes from up to 1,000 of them, spread evenly.

    Raises FormatError where the layout to read by is unknown.
    """
    if (reading.layout or BY_COLUMNS) not in (BY_COLUMNS, *BY_NAME):
        names = ", ".join((BY_COLUMNS, *BY_NAME))
        raise FormatError(f"There is no layout {reading.layout!r}; the layouts are {names}.")
    values = [value for _, records in heads for value in records.values]
    is_text = all(records.cells for _, records in heads)
    kinds = _kinds_in(heads, Plan((Shape("table", ()),), missing=frozenset(reading.missing)))
    spread = values[:: max(1, len(values) // SAMPLE_RECORDS)]
    sample = {column: [value.get(column) for value in spread] for column in kinds}
    shapes: tuple[Shape, ...] = ()
    if reading.chooses_layout:
        shapes = shapes_of(spread, reading, kinds=kinds, is_text=is_text)
    elif layout := BY_NAME.get(reading.layout or ""):
        shapes = (layout_shape(layout, _columns(spread, layout), reading),)
    plan = Plan(
        side_by_side(shapes or (find_shape(sample, kinds, reading, is_text=is_text),)),
        missing=frozenset(reading.missing),
    )
    if any(shape.layout for shape in plan.shapes):
        kinds = _kinds_in(heads, plan)
    return replace(plan, kinds={column: frozenset(seen) for column, seen in kinds.items()})


def _kinds_in(heads: Sequence[tuple[Batch, Records]], plan: Plan) -> dict[str, Counter[Kind]]:
    kinds: dict[str, Counter[Kind]] = {}
    for _, records in heads:
        for column, seen in build(records, plan, "")[1].kinds.items():
            kinds.setdefault(column, Counter()).update(seen)
    return kinds


def shapes_of(
    records: Sequence[dict[str, Any]],
    reading: ReadOptions,
    earlier: Sequence[Shape] = (),
    *,
    kinds: dict[str, Counter[Kind]] | None = None,
    is_text: bool = False,
) -> tuple[Shape, ...]:
    """The shapes of these records that are not among the `earlier`: layouts first, then by columns, until none of the
    records that are left has a text. No shape where they are a plain table."""
    shapes: list[Shape] = []
    layouts: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        layout = first_layout(record, LAYOUTS)
        layouts.setdefault(layout.name if layout else "", []).append(record)
    left = layouts.pop("", [])
    for name, of_layout in layouts.items():
        columns = _columns(of_layout, BY_NAME[name])
        shapes.append(layout_shape(BY_NAME[name], columns, _fitting(reading, columns)))
    while left and len(shapes) < MAX_SHAPES:
        shape = _next_shape(left, reading, kinds, is_text)
        if shape.format == "table":
            break
        shapes.append(shape)
        rest = [record for record in left if not _reads(shape, record)]
        left = rest if len(rest) < len(left) else []
    before = {(shape.format, shape.roles) for shape in earlier}
    return tuple(shape for shape in shapes if (shape.format, shape.roles) not in before)


def _next_shape(
    records: Sequence[dict[str, Any]], reading: ReadOptions, kinds: dict[str, Counter[Kind]] | None, is_text: bool
) -> Shape:
    """The shape of most of these records: by all of them, then by those alone that it reads."""
    shape = _shape_by_columns(_columns(records), kinds, reading, is_text)
    fitting = [record for record in records if _reads(shape, record)]
    if len(fitting) in (0, len(records)):
        return shape
    elsewhere = {k for record in records if not _reads(shape, record) for k, v in record.items() if v is not None}
    columns = {
        name: v for name, v in _columns(fitting).items() if name not in elsewhere or any(x is not None for x in v)
    }
    again = _shape_by_columns(columns, kinds, reading, is_text)
    return again if again.format != "table" else shape


def _shape_by_columns(
    columns: dict[str, list[Any]], kinds: dict[str, Counter[Kind]] | None, reading: ReadOptions, is_text: bool
) -> Shape:
    seen = kinds or {name: kinds_of(values) for name, values in columns.items()}
    return find_shape(columns, seen, _fitting(reading, columns), is_text=is_text)


def _fitting(reading: ReadOptions, columns: Iterable[str]) -> ReadOptions:
    """The same reading with the roles whose columns are among these: the others are in records of another shape."""
    names = {name.removeprefix(ADDED).lower() for name in columns}
    return replace(reading, roles=tuple((r, c) for r, c in dict(reading.roles).items() if not c or c.lower() in names))


def _reads(shape: Shape, record: dict[str, Any]) -> bool:
    return not shape.text_columns or any(record.get(column) is not None for column in shape.text_columns)


def _columns(records: Sequence[dict[str, Any]], layout: Layout | None = None) -> dict[str, list[Any]]:
    """The values of the records by column, with those that the layout adds."""
    names = dict.fromkeys(key for record in records for key in record if key != ROWS)
    columns = {name: [record.get(name) for record in records] for name in names}
    if layout is not None:
        read = [row.get("columns", {}) for record in records for row in layout.rows_of(record) or ()]
        columns |= {ADDED + name: [row.get(name) for row in read] for name in layout.adds}
    return columns


def side_by_side(shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """Shapes that are read beside each other: without aliases where there are several, and each once."""
    distinct = tuple({(shape.name, shape.roles): shape for shape in reversed(shapes)}.values())[::-1]
    distinct = tuple(sorted(distinct, key=lambda shape: not shape.layout))
    return distinct if len(distinct) == 1 else tuple(shape.without_aliases() for shape in distinct)
