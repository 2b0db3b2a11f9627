"""The first records of files -> the plan to read all of them: shapes of records, and types of columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from typing import Any

from analysis.errors import FormatError
from analysis.formats import column_types
from analysis.formats.assigning import ADDED, Form, form_of, is_added, read_by_layout
from analysis.formats.batches import Batch
from analysis.formats.groups import ROWS
from analysis.formats.kinds import Kind, kinds_of
from analysis.formats.layouts import BY_NAME, LAYOUTS, Layout
from analysis.formats.options import ReadOptions
from analysis.formats.parsing import Records
from analysis.formats.parts import build
from analysis.formats.plans import SPLIT, Plan
from analysis.formats.shapes import Shape, column_named, find_shape, layout_shape

BY_COLUMNS = "columns"
SAMPLE_RECORDS = 1_000
MAX_SHAPES = 12
SAME_BUILD = 5


def plan_for(heads: Sequence[tuple[Batch, Records]], reading: ReadOptions) -> Plan:
    """The plan that these first records suggest: their shapes from up to 1,000 of them, spread evenly."""
    asked, reading = reading, of_records(reading)
    is_text = all(records.cells for _, records in heads)
    bare = Plan(
        (Shape("table", ()),),
        types=_types(reading, heads),
        has_splits=bool(reading.splits),
        missing=frozenset(reading.missing),
    )
    kinds = _kinds_in(heads, bare)
    spread = _spread(heads)
    is_typed = any(records.frame is not None for _, records in heads)
    sample = {column: [value.get(column) for value in spread] for column in kinds if not is_added(column)}
    shapes: tuple[Shape, ...] = ()
    if reading.chooses_layout:
        shapes = shapes_of(spread, reading, kinds=kinds, is_text=is_text, is_typed=is_typed)
    elif reading.layout not in (None, "", BY_COLUMNS):
        shapes = (_chosen(str(reading.layout), spread, reading, is_typed),)
    shapes = shapes or (find_shape(sample, kinds, reading, is_text=is_text),)
    plan = replace(bare, shapes=side_by_side(with_split(shapes, asked)))
    if any(shape.layout for shape in plan.shapes):
        kinds = _kinds_in(heads, plan)
    return replace(plan, kinds={column: frozenset(seen) for column, seen in kinds.items()})


def _spread(heads: Sequence[tuple[Batch, Records]]) -> list[dict[str, Any]]:
    """Up to 1,000 of these records and a few more, spread evenly."""
    step = max(1, sum(len(records.values) for _, records in heads) // SAMPLE_RECORDS)
    spread, before = list[dict[str, Any]](), 0
    for _, records in heads:
        spread += records.values[-before % step :: step]
        before += len(records.values)
    return spread


def _types(reading: ReadOptions, heads: Sequence[tuple[Batch, Records]]) -> dict[str, str]:
    """The types set by hand, as the first records settle them. Raises FormatError where there is no such column."""
    values = [value for _, records in heads for value in records.values] if reading.types else []
    columns = {name: () for value in values for name in value}
    types = {column_named(column, columns): type_ for column, type_ in dict(reading.types).items()}
    return {
        column: column_types.settled(type_, (value.get(column) for value in values)) for column, type_ in types.items()
    }


def _chosen(name: str, records: Sequence[dict[str, Any]], reading: ReadOptions, is_typed: bool) -> Shape:
    """The shape of the layout that a person chose. Raises FormatError where there is none, or no record has it."""
    layout = BY_NAME.get(name)
    if layout is None:
        raise FormatError(f"There is no layout {name!r}; the layouts are {BY_COLUMNS}, {', '.join(BY_NAME)}.")
    read = [read_by_layout(record, [layout], is_typed=is_typed) for record in records]
    if not (forms := [form for of, form, _ in read if of is not None]):
        raise FormatError(f"No record has the layout {name}, which is recognised by: {layout.sign}; choose another.")
    columns = _columns(forms, layout)
    return layout_shape(layout, columns, _fitting(reading, columns))


def of_records(reading: ReadOptions) -> ReadOptions:
    """The same reading without the role split where it is that of the column that a folder adds."""
    if not reading.splits:
        return reading
    return replace(reading, roles=tuple(pair for pair in dict(reading.roles).items() if pair != ("split", SPLIT)))


def with_split(shapes: Sequence[Shape], reading: ReadOptions) -> tuple[Shape, ...]:
    """The shapes with the role split for the column that a folder adds, unless a person gave the role to another."""
    if not reading.splits or dict(reading.roles).get("split", SPLIT) != SPLIT:
        return tuple(shapes)
    place = ("split", f"{ADDED}{SPLIT}")
    return tuple(
        replace(shape, roles=(*(pair for pair in shape.roles if pair[0] != "split"), place)) for shape in shapes
    )


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
    is_typed: bool = False,
) -> tuple[Shape, ...]:
    """The shapes of these records that are not among the `earlier`: layouts first, then by columns, until none of the
    records that are left has a text. No shape where they are a plain table."""
    shapes: list[Shape] = []
    layouts: dict[str, list[Form]] = {}
    left: list[Form] = []
    for layout, form in _recognised(records, is_typed):
        (layouts.setdefault(layout.name, []) if layout else left).append(form)
    for name, of_layout in layouts.items():
        columns = _columns(of_layout, BY_NAME[name])
        shapes.append(layout_shape(BY_NAME[name], columns, _fitting(reading, columns)))
    read = {column for of_layout in layouts.values() for record in of_layout for column in record}
    while left and len(shapes) < MAX_SHAPES:
        shape = _next_shape(left, read, reading, kinds, is_text)
        if shape.format == "table":
            break
        shapes.append(shape)
        rest = [record for record in left if not _reads(shape, record)]
        left = rest if len(rest) < len(left) else []
    before = {(shape.format, shape.roles) for shape in earlier}
    return tuple(shape for shape in shapes if (shape.format, shape.roles) not in before)


def _recognised(records: Sequence[dict[str, Any]], is_typed: bool) -> Iterator[tuple[Layout | None, Form]]:
    """The layout of each record, and the form in which it has it. A record that is built as `SAME_BUILD` others that
    had none is not asked again."""
    without: Counter[Any] = Counter()
    for record in records:
        build = tuple((key, _build(value)) for key, value in form_of(record, is_typed=is_typed).items())
        if without[build] >= SAME_BUILD:
            yield None, record
            continue
        layout, form, _ = read_by_layout(record, LAYOUTS, is_typed=is_typed)
        without[build] += layout is None
        yield layout, form


def _build(value: Any) -> Any:
    """What a value is built of, without its texts and numbers: its type, its keys, a list's first element."""
    if isinstance(value, dict):
        return frozenset(value)
    if isinstance(value, list):
        return (list, len(value) > 1, _build(value[0])) if value else list
    return value[:1] if isinstance(value, str) and value[:1] in ("[", "{") else type(value)


def _next_shape(
    records: Sequence[Form], read: Set[str], reading: ReadOptions, kinds: dict[str, Counter[Kind]] | None, is_text: bool
) -> Shape:
    """The shape of most of these records: by all of them, then by those alone that it reads. Columns that are null in
    them, and in `read`, are those of records that a layout reads."""
    columns = {name: v for name, v in _columns(records).items() if name not in read or any(x is not None for x in v)}
    shape = _shape_by_columns(columns, kinds, reading, is_text)
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


def _reads(shape: Shape, record: Form) -> bool:
    return not shape.text_columns or any(record.get(column) is not None for column in shape.text_columns)


def _columns(records: Sequence[Form], layout: Layout | None = None) -> dict[str, list[Any]]:
    """The values of the records by column, with those that the layout adds."""
    names = dict.fromkeys(key for record in records for key in record if key != ROWS)
    columns = {name: [record.get(name) for record in records] for name in names}
    if layout is not None:
        all_rows = (layout.rows_of(record) or () for record in records)
        read = [row.get("columns", {}) for rows in all_rows for row in rows]
        columns |= {ADDED + name: [row.get(name) for row in read] for name in layout.adds}
    return columns


def side_by_side(shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """Shapes that are read beside each other: without aliases where there are several, and each once."""
    distinct = tuple({(shape.name, shape.roles): shape for shape in reversed(shapes)}.values())[::-1]
    distinct = tuple(sorted(distinct, key=lambda shape: not shape.layout))
    return distinct if len(distinct) == 1 else tuple(shape.without_aliases() for shape in distinct)
