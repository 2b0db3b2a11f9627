"""A batch of records -> one Parquet part, and the facts about it for the description of the dataset."""

from __future__ import annotations

import gc
import json
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from xxhash import xxh3_64_digest

from analysis.errors import FormatError
from analysis.formats import column_types, kinds
from analysis.formats.assigning import ADDED, Assigned, assign, is_added
from analysis.formats.batches import Batch
from analysis.formats.canonical import KNOWN_ROLES, canonical
from analysis.formats.columns import CANONICAL
from analysis.formats.csvfiles import SURPLUS
from analysis.formats.groups import ROWS
from analysis.formats.jsontext import Remarks, repeated_keys, with_long_digits
from analysis.formats.kinds import Kind
from analysis.formats.options import MAX_COLUMNS, TEXT_ROLES, stored_name
from analysis.formats.parsing import Records, parse
from analysis.formats.shapes import Shape

SPLIT = "split"
MARK = r"\x{FFFD}|\\u[fF]{3}[dD]"
"""U+FFFD, also as JSON escapes it."""
MISSING_WORDS = ("NULL", "null", "N/A", "n/a", "NA", "nan", "NaN", "None", "-", "<noinput>")
EXAMPLE_CHARS = 40
UNREAD_RECORDS = 50


@dataclass(frozen=True)
class Plan:
    """How to build every part: the shapes, of which the first that reads a record is taken, and the kinds of value each
    column is known to hold. `types`: the types set by hand, by column. `has_splits`: a folder says the split of each
    file, which is a column of its own."""

    shapes: tuple[Shape, ...]
    kinds: Mapping[str, frozenset[Kind]] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)
    has_splits: bool = False

    def type_of(self, column: str, seen: frozenset[Kind] | set[Kind] = frozenset()) -> pl.DataType:
        if column in self.types:
            return column_types.TYPES[self.types[column].partition(":")[0]]
        return self.forced.get(column) or kinds.type_of(self.kinds.get(column, frozenset()) | seen)

    @cached_property
    def forced(self) -> dict[str, pl.DataType]:
        """Types that the aliases of the shape need."""
        return {name: dtype for shape in self.shapes for name, dtype in shape.forced().items()}

    @cached_property
    def adds(self) -> frozenset[str]:
        """The columns that layouts and folders add to those of the source."""
        added = frozenset().union(*(shape.adds for shape in self.shapes))
        return added | {SPLIT} if self.has_splits else added

    @cached_property
    def texts(self) -> frozenset[str]:
        """The columns of the source that hold a text to train on: there a word such as NULL is a text."""
        roles = TEXT_ROLES - {"score"}
        return frozenset(column for shape in self.shapes for role, column in shape.roles if role in roles)

    @property
    def stored(self) -> dict[str, None]:
        """The canonical columns that are built beside the original ones."""
        return {name: None for shape in self.shapes for name in shape.stored}

    def stored_as(self, column: str) -> str:
        """The name under which a column of the source is kept."""
        if is_added(column):
            return column.removeprefix(ADDED)
        if len(self.shapes) == 1 and column != SPLIT:
            return self.shapes[0].stored_as(column)
        return stored_name(column, self.adds)


@dataclass
class Facts:
    """What is known of one part. `hashes`: 8 bytes a row. `kinds` and `types`: by source column, in order. `chars`: by
    stored String column, characters and values that are not null. `filled`: values that are not null by canonical
    column. `examples`: a text in a column of numbers. `not_numbers`: columns that the plan's types do not fit.
    `layouts`: rows by name of the layout, "" for rows that no shape reads, of which `unread` are some records.
    """

    file: str
    rows: int
    container: str = ""
    path: str = ""
    done: int = 0
    hashes: bytes = b""
    kinds: dict[str, Counter[Kind]] = field(default_factory=dict)
    types: dict[str, pl.DataType] = field(default_factory=dict)
    chars: dict[str, tuple[int, int]] = field(default_factory=dict)
    filled: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: Remarks = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    not_numbers: int = 0
    layouts: Counter[str] = field(default_factory=Counter)
    unread: list[dict[str, Any]] = field(default_factory=list)
    shapes: tuple[Shape, ...] = ()


def write_part(batch: Batch, plan: Plan, path: Path) -> Facts:
    """Builds and writes the batch's part; a batch without records leaves no file."""
    with without_collection():
        frame, facts = build(parse(batch), plan, batch.file)
    facts.container, facts.done = batch.container, batch.done
    if frame.height:
        write(frame, path)
        facts.path = str(path)
    return facts


@contextmanager
def without_collection() -> Iterator[None]:
    """Pauses the search for circles of objects: a part makes a million objects and no circle, and the search takes half
    of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def write(frame: pl.DataFrame, path: Path) -> None:
    """Speed matters more than size here: these files are read often, and parts are written once."""
    frame.write_parquet(path, compression="snappy", statistics=False)


def build(records: Records, plan: Plan, file: str) -> tuple[pl.DataFrame, Facts]:
    """The part of these records as a frame: place, original columns, canonical columns."""
    columns = columns_of(records)
    types = {name: set(map(type, values)) for name, values in columns.items()}
    floats = [name for name in columns if float in types[name] and records.frame is None]
    source_records = _source_records(records)
    may_be_long = records.is_quick and (floats or any(seen & {dict, list} for seen in types.values()))
    if may_be_long and (again := with_long_digits(source_records)):
        records.read_again(again)
        columns = columns_of(records)
        types = {name: set(map(type, values)) for name, values in columns.items()}
        floats = [name for name in columns if float in types[name]]
    assigned = assign(records, plan.shapes, columns)
    if assigned.records is not records:
        records = assigned.records
        columns = columns_of(records)
        source_records = _source_records(records)
    facts = Facts(
        file, len(records.values), shapes=plan.shapes, problems=records.problems, notes=Counter(records.notes)
    )
    has_nulls = any(type(None) in seen for seen in types.values())
    values = map(_without_nulls, records.values) if has_nulls else iter(records.values)
    hashes, sizes = _hashed(values if assigned.parts is None else _numbered(values, assigned.parts))
    facts.hashes = hashes
    if records.texts is not None:
        _look_at_texts(records, source_records, sizes, facts)
    for name in floats:
        _drop_nan(name, columns[name], facts)
    place = [
        pl.Series("source_file", [file], dtype=pl.String).new_from_index(0, facts.rows),
        pl.Series("source_line", records.lines, dtype=pl.UInt32),
        source_records,
        _source_rows(assigned, facts.rows),
        _layouts(assigned, facts),
    ]
    columns |= assigned.added
    if plan.has_splits:
        columns[ADDED + SPLIT] = [records.split] * facts.rows
    originals = originals_of(columns, records, plan, facts)
    if records.texts is None:
        facts.notes["replacement_character", ""] += _marked_rows(originals, facts.rows)
    built = _canonical(plan, assigned, columns, {s.name: s for s in originals}, facts)
    facts.filled.update({series.name: len(series) - series.null_count() for series in built})
    for series in (*originals, *built):
        if series.dtype == pl.String:
            total = int(series.str.len_chars().sum() or 0)
            facts.chars[series.name] = total, len(series) - series.null_count()
    return pl.DataFrame([*place, *originals, *built]), facts


def _source_rows(assigned: Assigned, height: int) -> pl.Series:
    """Each row's position among the rows of its record, from 0."""
    if assigned.parts is None:
        return pl.Series("source_row", [0], dtype=pl.UInt32).new_from_index(0, height)
    return pl.Series("source_row", assigned.parts, dtype=pl.UInt32)


def _numbered(values: Iterable[dict[str, Any]], parts: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The records with their number where one record gives several rows, so that each row has an id of its own."""
    return ({**value, "\0row": part} if part else value for value, part in zip(values, parts, strict=True))


def _layouts(assigned: Assigned, facts: Facts) -> pl.Series:
    """The name of each row's layout, null where no shape reads it; counted in the facts."""
    layouts = pl.Series("layout", [None], dtype=pl.String).new_from_index(0, facts.rows)
    for group in assigned.groups:
        name = pl.Series([group.shape.name])
        rows = facts.rows if group.positions is None else len(group.positions)
        facts.layouts[group.shape.name] += rows
        if group.positions is None:
            layouts = name.new_from_index(0, rows).alias("layout")
        else:
            layouts = layouts.scatter(group.positions, name.new_from_index(0, rows))
    facts.layouts[""] += len(assigned.unread)
    facts.unread = [assigned.records.values[n] for n in assigned.unread[:UNREAD_RECORDS]]
    return layouts


def _canonical(
    plan: Plan,
    assigned: Assigned,
    columns: Mapping[str, Sequence[Any]],
    originals: Mapping[str, pl.Series],
    facts: Facts,
) -> list[pl.Series]:
    """The canonical columns of all rows, each group's by its own shape."""
    frames = []
    for group in assigned.groups:
        height = facts.rows if group.positions is None else len(group.positions)
        of = {role: group.values(role, column, columns, facts.rows) for role, column in group.shape.roles}
        stored = {c: originals[plan.stored_as(c)] for _, c in group.shape.alias_pairs}
        if group.positions is not None:
            stored = {column: series.gather(group.positions) for column, series in stored.items()}
        built = canonical(group.shape, of, stored, height)
        _look_at_turns(built, of, group.shape, facts)
        if group.positions is None and len(plan.shapes) == 1:
            return built
        position = pl.Series("\0row", group.positions or range(height), dtype=pl.UInt32)
        frames.append(pl.DataFrame([position, *built]))
    left = pl.Series("\0row", assigned.unread, dtype=pl.UInt32).to_frame()
    whole = pl.concat([*frames, left], how="diagonal").sort("\0row").drop("\0row")
    return [_stored(whole, name, facts.rows) for name in plan.stored]


def _stored(frame: pl.DataFrame, name: str, height: int) -> pl.Series:
    if name in frame.columns:
        return frame[name]
    return pl.Series(name, [None], dtype=CANONICAL[name]).new_from_index(0, height)


def columns_of(records: Records) -> dict[str, list[Any]]:
    """The records' values by column, in order of first appearance. Raises FormatError where columns are too many."""
    shapes = dict.fromkeys(map(tuple, records.values))
    names = dict.fromkeys(name for keys in shapes for name in keys if name != ROWS)
    if SURPLUS in names:
        names[SURPLUS] = names.pop(SURPLUS)
    if len(names) > MAX_COLUMNS:
        raise FormatError(
            f"The records have more than {MAX_COLUMNS:,} different columns, such as {', '.join(list(names)[:3])}; "
            "are the names of the columns data themselves?"
        )
    if len(shapes) == 1 and records.values:
        return {name: list(map(itemgetter(name), records.values)) for name in names}
    return {name: [record.get(name) for record in records.values] for name in names}


def originals_of(columns: dict[str, list[Any]], records: Records, plan: Plan, facts: Facts) -> list[pl.Series]:
    """The source's own columns, typed; columns that are known but absent here are null."""
    originals = []
    for name in dict.fromkeys([*plan.kinds, *columns]):
        values, stored = columns.get(name), plan.stored_as(name)
        if plan.missing and values is not None and name not in plan.texts:
            values = _without_words(name, values, plan.missing, facts)
        if values is None:
            series = pl.Series(stored, [], dtype=plan.type_of(name)).extend_constant(None, facts.rows)
        elif name in plan.types:
            series, failed = column_types.column_of(stored, values, plan.types[name])
            facts.kinds[name] = Counter({column_types.KIND_OF[plan.types[name].partition(":")[0]]: len(values)})
            facts.notes[f"not_{plan.types[name].partition(':')[0]}", name] += failed
        elif records.frame is not None and not is_added(name):
            given = records.frame[name] if values is columns[name] else pl.Series(name, values, dtype=pl.String)
            series = _typed(given, values, name, plan, facts).alias(stored)
        else:
            cells = pl.Series(stored, values, dtype=pl.String) if records.cells and not is_added(name) else None
            seen = kinds.cell_kinds(cells) if cells is not None else kinds.kinds_of(values)
            facts.kinds[name] = seen
            dtype = plan.type_of(name, set(seen))
            if cells is not None and 0 < seen["str"] == (commas := column_types.decimal_commas(cells)):
                facts.notes["decimal_comma", name] += commas
            _take_example(name, values, seen, facts)
            if name in plan.forced and dtype == pl.Float64 and not set(seen) <= {"int", "float"}:
                facts.not_numbers += 1
                values, cells = list(map(kinds.as_number, values)), None
            if cells is not None:
                series = kinds.cell_column(cells, dtype)
            else:
                series = kinds.column(stored, values, dtype, is_plain=set(seen) <= {"str"})
        facts.types[name] = series.dtype
        _look_for_missing_words(name, series, facts)
        originals.append(series)
    return originals


def _without_words(name: str, values: list[Any], missing: frozenset[str], facts: Facts) -> list[Any]:
    """The values with null for the words that mean that there is none; the same list where none has such a word."""
    words = Counter(value for value in values if type(value) is str and value.strip() in missing)
    for word, count in words.items():
        facts.notes["read_as_missing", f"{name}\0{word.strip()}"] += count
    if not words:
        return values
    return [None if type(value) is str and value in words else value for value in values]


def _typed(series: pl.Series, values: list[Any], name: str, plan: Plan, facts: Facts) -> pl.Series:
    """A column that has a type already: kept; a nested one becomes JSON."""
    dtype = series.dtype
    nests = isinstance(dtype, pl.Struct | pl.Object) or (
        isinstance(dtype, pl.List | pl.Array) and dtype.inner.is_nested()
    )
    nests |= dtype == pl.String and any(isinstance(v, list | dict) for v in values)
    if isinstance(dtype, pl.Categorical | pl.Enum | pl.Null):
        series = series.cast(pl.String)
    elif nests or isinstance(dtype, pl.Array):
        series = pl.Series(name, [None if v is None else kinds.as_json(v) for v in values], dtype=pl.String)
    count = len(series) - series.null_count()
    kind = "nested" if nests else series.dtype
    facts.kinds[name] = Counter({kind: count} if count else {})
    wanted = plan.type_of(name, set(facts.kinds[name]))
    return fit(series, wanted)


def fit(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    """A typed column as another type; text where the two have nothing in common."""
    if series.dtype == dtype:
        return series
    if dtype == pl.String and series.dtype.is_nested():
        return pl.Series(series.name, [None if v is None else kinds.as_json(v) for v in series.to_list()], dtype=dtype)
    if dtype == pl.String and series.dtype == pl.Binary:
        return series.bin.encode("base64")
    return series.cast(dtype, strict=False)


def _without_nulls(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None} if None in record.values() else record


def _hashed(values: Iterable[dict[str, Any]]) -> tuple[bytes, array[int]]:
    """8 bytes for each record, and the size of its JSON. The JSON is not kept: that takes longer than to make it."""
    sizes = array("Q")
    hashes = []
    for value in values:
        text = row_text(value)
        sizes.append(len(text))
        hashes.append(xxh3_64_digest(text))
    return b"".join(hashes), sizes


def row_text(record: dict[str, Any]) -> bytes:
    """The content of a record without null values, whose hash is its id: its JSON with sorted keys."""
    try:
        return orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=kinds.plain)
    except TypeError:
        return json.dumps(
            record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=kinds.plain
        ).encode()


def _look_at_texts(records: Records, source_records: pl.Series, sizes: Sequence[int], facts: Facts) -> None:
    """Counts the records of a text file with U+FFFD, and those of JSON with a key twice in one object."""
    marked = int(source_records.str.contains(MARK).sum())
    facts.notes["replacement_character", ""] += marked - facts.notes["invalid_utf8", ""]
    if records.is_json and records.values:
        for key, count in repeated_keys(source_records, records.values, sizes).items():
            facts.notes["repeated_key", key] += count


def _marked_rows(columns: Sequence[pl.Series], height: int) -> int:
    """How many rows of a typed table hold U+FFFD in a text, a list of texts or the JSON of a nested value."""
    marked = pl.Series([False]).new_from_index(0, height)
    for column in columns:
        if column.dtype == pl.List(pl.String):
            column = column.list.join("\n", ignore_nulls=True)
        if column.dtype == pl.String and (holds_one := column.str.contains("\ufffd", literal=True)).any():
            marked |= holds_one.fill_null(False)
    return int(marked.sum())


def _source_records(records: Records) -> pl.Series:
    texts = records.texts
    if texts is None:
        return pl.Series("source_record", [None], dtype=pl.String).new_from_index(0, len(records.values))
    if texts and isinstance(texts[0], bytes):
        return pl.Series("source_record", texts, dtype=pl.Binary).cast(pl.String)
    return pl.Series("source_record", texts, dtype=pl.String)


def _drop_nan(name: str, values: list[Any], facts: Facts) -> None:
    """Replaces NaN, which some writers use for null, by null: it must not make a text column mixed."""
    for position, value in enumerate(values):
        if type(value) is float and not math.isfinite(value):
            facts.notes["infinite" if math.isinf(value) else "not_a_number", name] += 1
            values[position] = None if math.isnan(value) else value


def _take_example(name: str, values: Sequence[Any], seen: Counter[Kind], facts: Facts) -> None:
    """Keeps one text as an example of why a column is not numeric: the first that is no number."""
    if not seen["str"] > 0:
        return
    rare = next((v for v in values if type(v) is str and kinds.as_number(v) is None), None)
    if rare is not None:
        facts.examples[name] = rare[:EXAMPLE_CHARS]


def _look_for_missing_words(name: str, series: pl.Series, facts: Facts) -> None:
    if series.dtype != pl.String:
        return
    short = series.filter(series.str.len_bytes() <= 9)
    if len(short) and (matches := short.filter(short.is_in(MISSING_WORDS))).len():
        for word, count in matches.value_counts().iter_rows():
            facts.notes["missing_word", f"{name}\0{word}"] += count


def _look_at_turns(built: Sequence[pl.Series], of: Mapping[str, Sequence[Any]], shape: Shape, facts: Facts) -> None:
    for series in built:
        if series.name == "messages":
            roles = series.drop_nulls().explode().drop_nulls().struct.field("role").value_counts()
            for role, count in roles.iter_rows():
                if role not in KNOWN_ROLES:
                    facts.notes["unknown_role", role or ""] += count
            column = dict(shape.roles).get("messages", "")
            given = sum(v is not None for v in of.get("messages", ()))
            facts.notes["no_conversation", column] += max(0, given - (len(series) - series.null_count()))
        elif series.name == "prompts_differ":
            facts.notes["prompts_differ", ""] += int(series.sum())
    if shape.instances:
        facts.notes["instances", ""] += sum(isinstance(v, list) and len(v) > 1 for v in of["instances"])
