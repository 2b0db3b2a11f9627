"""A batch of records -> one Parquet part, and the facts about it for the description of the dataset."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from analysis.formats.assigning import ADDED, Assigned, assign
from analysis.formats.batches import Batch
from analysis.formats.canonical import KNOWN_ROLES, canonical
from analysis.formats.columns import CANONICAL
from analysis.formats.facts import Facts
from analysis.formats.jsontext import repeated_keys, with_long_digits
from analysis.formats.originals import originals_of, without_nan
from analysis.formats.parsing import Records, parse
from analysis.formats.plans import SPLIT, Plan
from analysis.formats.record_columns import columns_of, types_of
from analysis.formats.row_hashes import hashed
from analysis.formats.shapes import Shape

MARK = r"\x{FFFD}|\\u[fF]{3}[dD]"
"""U+FFFD, also as JSON escapes it."""
UNREAD_RECORDS = 50


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
    """Speed matters more than size here: these files are read often, and parts are written once. Snappy makes them half
    as large, but takes a fifth of the time of opening, and reading takes twice as long."""
    frame.write_parquet(path, compression="uncompressed", statistics=False)


def build(records: Records, plan: Plan, file: str) -> tuple[pl.DataFrame, Facts]:
    """The part of these records as a frame: place, original columns, canonical columns."""
    columns = columns_of(records)
    types = types_of(columns)
    floats = [name for name in columns if float in types[name] and records.frame is None]
    source_records = _source_records(records)
    may_be_long = records.is_quick and (floats or any(seen & {dict, list} for seen in types.values()))
    if may_be_long and (again := with_long_digits(source_records)):
        records.read_again(again)
        columns = columns_of(records)
        types = types_of(columns)
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
    facts.hashes, sizes = hashed(records, assigned.parts, has_nulls=has_nulls)
    if records.texts is not None:
        _look_at_texts(records, source_records, sizes, facts)
    for name in floats:
        columns[name] = without_nan(name, columns[name], facts)
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


def _look_at_turns(built: Sequence[pl.Series], of: Mapping[str, Sequence[Any]], shape: Shape, facts: Facts) -> None:
    for series in built:
        if series.name == "messages":
            roles = series.drop_nulls().explode().drop_nulls().struct.field("role").value_counts()
            for role, count in roles.iter_rows():
                if role not in KNOWN_ROLES:
                    facts.notes["unknown_role", role or ""] += count
            column = dict(shape.roles).get("messages", "")
            values = of.get("messages", ())
            given = len(values) - values.count(None)
            facts.notes["no_conversation", column] += max(0, given - (len(series) - series.null_count()))
        elif series.name == "prompts_differ":
            facts.notes["prompts_differ", ""] += int(series.sum())
    if shape.instances:
        facts.notes["instances", ""] += sum(isinstance(v, list) and len(v) > 1 for v in of["instances"])
