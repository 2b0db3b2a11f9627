"""Parts that are on disk already -> the same rows under another plan, without the source files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis.errors import FormatError
from analysis.formats.batches import Batch
from analysis.formats.csvfiles import Dialect
from analysis.formats.describe import source_of
from analysis.formats.parsing import parse
from analysis.formats.parts import Facts, Plan, build, fit, write

TABLES = ("parquet", "arrow")


def retype(facts: Facts, plan: Plan, container: str, dialect: Dialect | None) -> Facts:
    """Rewrites one part so that it has the plan's columns and types; returns its updated facts.

    Added columns, and types of Arrow sources, are cast; other changes are read again from the records' own texts.
    """
    path = Path(facts.path)
    frame = pl.read_parquet(path)
    if container in TABLES or (facts.shape == plan.shape and _only_adds(facts, plan)):
        shape = plan.shape
        stored = [shape.stored_as(column) for column in plan.kinds]
        originals = [
            fit(frame[name], plan.type_of(column))
            if name in frame.columns
            else pl.Series(name, [None], dtype=plan.type_of(column)).new_from_index(0, frame.height)
            for column, name in zip(plan.kinds, stored, strict=True)
        ]
        place = frame.select("source_file", "source_line", "source_record").get_columns()
        derived = [s for s in frame.get_columns() if s.name not in stored and s.name in shape.stored]
        write(pl.DataFrame([*place, *originals, *derived]), path)
        return dataclasses.replace(facts, types={c: plan.type_of(c) for c in plan.kinds}, shape=shape)
    batch = _batch(frame, container, dialect, frame.columns)
    rebuilt, new = build(parse(batch), plan, facts.file)
    write(rebuilt, path)
    return dataclasses.replace(facts, types=new.types, chars=new.chars, filled=new.filled, shape=plan.shape)


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
        frame = frame.select("source_file", "source_line", "source_record", *info["columns"])
        frame = frame.rename(
            {stored: source for stored, source in renamed.items() if stored in frame.columns}, strict=False
        )
        container, dialect = source_of(info["sources"][frame["source_file"][0]])
        nested = [renamed.get(column, column) for column in info["json_columns"]]
        yield _batch(frame, container, dialect, [renamed.get(c, c) for c in info["columns"]], nested)


def _batch(
    frame: pl.DataFrame, container: str, dialect: Dialect | None, columns: Sequence[str], nested: Sequence[str] = ()
) -> Batch:
    file, lines = frame["source_file"][0], frame["source_line"].to_list()
    if container in TABLES:
        return Batch(file, container, lines[0], table=frame.select(columns), nested=tuple(nested))
    keys = frame["key"].cast(pl.String).to_list() if container == "json" and "key" in frame.columns else []
    kind = "json" if container == "jsonl" else container
    return Batch(file, kind, texts=frame["source_record"].to_list(), lines=lines, keys=keys, dialect=dialect)
