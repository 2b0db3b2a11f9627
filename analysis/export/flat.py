"""Writes rows as one table: Parquet, or CSV whose cells no spreadsheet runs as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.export.outfiles import OutFile, Written, type_in_words
from analysis.signal import ROW_ID

FORMULA = r"^[=+\-@\t\r]"
NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
ROW_GROUP_ROWS = 65_536
ROW_GROUP_BYTES = 64 << 20


def flat_columns(dataset: Dataset, *, repeat: bool) -> list[str]:
    """Id, canonical columns (with `repeat` also those equal to an original column; the tools always, since their
    column may have any name), original columns, tags."""
    stored = dataset.meta["canonical"]
    canonical = [name for name in dataset.canonical if repeat or name == "tools" or stored[name] in (None, name)]
    place = ["source_file"] if len(dataset.meta["sources"]) > 1 else []
    return list(dict.fromkeys([ROW_ID, *place, *canonical, *dataset.originals, "tags"]))


def write_parquet(frames: Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType], path: Path) -> Written:
    """All rows as one Parquet file with these columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = Written(columns={name: type_in_words(dtype) for name, dtype in schema.items()})
    empty = pl.DataFrame(schema=schema)
    with (
        OutFile(path) as file,
        pq.ParquetWriter(pa.PythonFile(file, "w"), _arrow(empty).schema, compression="zstd") as writer,
    ):
        held: list[pl.DataFrame] = []
        for frame in frames:
            held.append(frame)
            written.count_missing(frame, schema)
            file.rows += frame.height
            rows, size = sum(f.height for f in held), sum(int(f.estimated_size()) for f in held)
            if rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
                writer.write_table(_arrow(pl.concat(held)))
                held = []
        if held:
            writer.write_table(_arrow(pl.concat(held)))
    written.files.append(file.described())
    return written


def _arrow(frame: pl.DataFrame) -> Any:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def write_csv(frames: Iterable[pl.DataFrame], schema: Mapping[str, pl.DataType], path: Path) -> Written:
    """All rows as one CSV file with these columns; lists as JSON, bytes as hex.

    A cell that begins with = + - @, a tab or a carriage return and is not a number gets an apostrophe in front.
    """
    written = Written(
        columns={name: "JSON" if dtype.is_nested() else type_in_words(dtype) for name, dtype in schema.items()}
    )
    names = pl.DataFrame({"name": list(schema)}, schema={"name": pl.String})
    count = int(names.select(_is_formula(pl.col("name")).sum()).item())
    with OutFile(path) as file:
        header = io.StringIO(newline="")
        csv.writer(header, lineterminator="\n").writerow(names.select(_neutral(pl.col("name")))["name"])
        file.write(header.getvalue().encode())
        for frame in frames:
            written.count_missing(frame, schema)
            flat = frame.select(_flat(name, dtype) for name, dtype in schema.items())
            texts = [pl.col(name) for name, dtype in flat.schema.items() if dtype == pl.String]
            count += sum(flat.select(_is_formula(text).sum() for text in texts).row(0)) if texts else 0
            file.write(flat.with_columns(map(_neutral, texts)).write_csv(include_header=False).encode())
            file.rows += frame.height
    written.files.append(file.described())
    written.neutralised_cells = count
    return written


def csv_of(table: pl.DataFrame, has_header: bool = True) -> bytes:
    """A small table as a CSV file, UTF-8; texts that a spreadsheet would run get an apostrophe."""
    texts = [pl.col(name) for name, dtype in table.schema.items() if dtype == pl.String]
    return table.with_columns(map(_neutral, texts)).write_csv(include_header=has_header).encode()


def _is_formula(text: pl.Expr) -> pl.Expr:
    return text.str.contains(FORMULA) & ~text.str.contains(NUMBER)


def _neutral(text: pl.Expr) -> pl.Expr:
    return pl.when(_is_formula(text)).then("'" + text).otherwise(text).name.keep()


def _flat(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_nested():
        boxed = pl.struct(column.alias("v")).struct.json_encode().str.strip_prefix('{"v":').str.strip_suffix("}")
        return pl.when(column.is_not_null()).then(boxed).alias(name)
    if dtype == pl.Binary:
        return column.bin.encode("hex")
    return column
