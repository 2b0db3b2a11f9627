"""Parts that are on disk already -> the same rows under another plan, without the source files."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis.errors import FormatError
from analysis.formats.assigning import is_added
from analysis.formats.batches import Batch
from analysis.formats.facts import Facts
from analysis.formats.groups import is_group
from analysis.formats.kinds import is_json
from analysis.formats.originals import fit
from analysis.formats.parsing import PARSE_NOTES, parse
from analysis.formats.parts import build, without_collection, write
from analysis.formats.plans import Plan
from analysis.formats.sources import TABLES, Source, source_of


def retype(facts: Facts, plan: Plan, source: Source) -> Facts:
    """Rewrites one part so that it has the plan's columns and types; returns its updated facts.

    Added columns, and types of Arrow sources, are cast; other changes are read again from the records' own texts.
    """
    path = Path(facts.path)
    frame = pl.read_parquet(path)
    if facts.shapes == plan.shapes and (source.container in TABLES or _only_adds(facts, plan)):
        stored = [plan.stored_as(column) for column in plan.kinds]
        originals = [
            fit(frame[name], plan.type_of(column))
            if name in frame.columns
            else pl.Series(name, [None], dtype=plan.type_of(column)).new_from_index(0, frame.height)
            for column, name in zip(plan.kinds, stored, strict=True)
        ]
        place = frame.select("source_file", "source_line", "source_record", "source_row", "layout").get_columns()
        derived = [s for s in frame.get_columns() if s.name not in stored and s.name in plan.stored]
        write(pl.DataFrame([*place, *originals, *derived]), path)
        return dataclasses.replace(facts, types={c: plan.type_of(c) for c in plan.kinds})
    if source.container in TABLES and not _has_groups(frame):
        batch = _source_table(frame, facts, plan, source)
    else:
        batch = _batch(once(frame), source, frame.columns)
    with without_collection():
        rebuilt, new = build(parse(batch), plan, facts.file)
    write(rebuilt, path)
    read = Counter({note: n for note, n in facts.notes.items() if note[0] in PARSE_NOTES})
    built = Counter({note: n for note, n in new.notes.items() if note[0] not in PARSE_NOTES})
    return dataclasses.replace(
        new,
        container=facts.container,
        path=facts.path,
        done=facts.done,
        problems=facts.problems,
        notes=read + built,
        hashes=facts.hashes if new.rows == facts.rows else new.hashes,
    )


def _source_table(frame: pl.DataFrame, facts: Facts, plan: Plan, source: Source) -> Batch:
    """The rows of a typed table as the source has them: its own columns, by their own names."""
    before = dataclasses.replace(plan, shapes=facts.shapes)
    names = {before.stored_as(column): column for column in facts.types if not is_added(column)}
    nested = [column for column in names.values() if is_json(facts.kinds.get(column, ()))]
    table = once(frame).select(names).rename(names)
    line = int(frame["source_line"][0])
    return Batch(facts.file, source.container, line, table=table, nested=tuple(nested), split=source.split)


def _has_groups(frame: pl.DataFrame) -> bool:
    """Whether the rows are of records that stand for several of the source."""
    return is_group(frame["source_record"][0])


def once(frame: pl.DataFrame) -> pl.DataFrame:
    """One row of each record: the layout makes the others again."""
    return frame.filter(pl.col("source_row") == 0) if "source_row" in frame.columns else frame


def _only_adds(facts: Facts, plan: Plan) -> bool:
    return all(column not in facts.types or facts.types[column] == plan.type_of(column) for column in plan.kinds)


def stored_batches(folder: Path, info: Mapping[str, Any]) -> Iterator[Batch]:
    """The rows of an imported dataset as batches to parse again, one for each part."""
    renamed = info["renamed"]
    parts = sorted((folder / "rows").glob("*.parquet"))
    if not parts:
        raise FormatError(f"{folder} holds no rows; open its files again.")
    for part in parts:
        frame = pl.read_parquet(part)
        columns = [column for column in info["columns"] if column not in info.get("added", ())]
        frame = once(frame).select("source_file", "source_line", "source_record", *columns)
        frame = frame.rename(
            {stored: source for stored, source in renamed.items() if stored in frame.columns}, strict=False
        )
        source = source_of(info["sources"][frame["source_file"][0]])
        nested = [renamed.get(column, column) for column in info["json_columns"]]
        yield _batch(frame, source, [renamed.get(c, c) for c in columns], nested)


def _batch(frame: pl.DataFrame, source: Source, columns: Sequence[str], nested: Sequence[str] = ()) -> Batch:
    file, lines = frame["source_file"][0], frame["source_line"].to_list()
    if source.container in TABLES and not _has_groups(frame):
        table = frame.select(columns)
        return Batch(file, source.container, lines[0], table=table, nested=tuple(nested), split=source.split)
    has_keys = source.container == "json" and "key" in frame.columns
    return Batch(
        file,
        "json" if source.container == "jsonl" else source.container,
        texts=frame["source_record"].to_list(),
        lines=lines,
        keys=frame["key"].cast(pl.String).to_list() if has_keys else [],
        dialect=source.dialect,
        split=source.split,
    )
