"""The command `table`: rows in view as JSON lines or a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import orjson
import polars as pl
import typer

from analysis.commands.shared import DatasetArgument, Where, load, no_rows, say, set_roles
from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL
from analysis.errors import NotLookedAtError, UsageError
from analysis.view import View
from analysis.whole_files import whole_file

WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    ".jsonl": pl.DataFrame.write_ndjson,
    ".csv": pl.DataFrame.write_csv,
    ".parquet": pl.DataFrame.write_parquet,
}


def table_command(
    name: DatasetArgument,
    columns: Annotated[str, typer.Option(help="Names of columns, separated by commas.")],
    where: Where = None,
    limit: Annotated[int | None, typer.Option(min=0, help="At most this many rows.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="A .jsonl, .csv or .parquet file instead of standard output.")
    ] = None,
) -> None:
    """Rows in view as JSON lines."""
    wanted = list(dict.fromkeys(c.strip() for c in columns.split(",") if c.strip()))
    if not wanted:
        raise UsageError("--columns names no column; write some such as prompt,response.")
    if out:
        check_ending(out)
    dataset, view = load(name, where, wanted)
    rows = dataset.rows_of(view)
    _say_what_is_empty(dataset, view, wanted)
    rows = rows if limit is None else rows.head(limit)
    if out:
        write_table(pl.concat(chosen(dataset, wanted, rows)), out)
        return
    try:
        for batch in chosen(dataset, wanted, rows):
            for row in batch.iter_rows(named=True):
                sys.stdout.buffer.write(orjson.dumps(row, default=str) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader, such as `head`, has closed the pipe; the rest is discarded
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_what_is_empty(dataset: Dataset, view: View, wanted: list[str]) -> None:
    """Says which chosen columns no row has, and that no row is in view. Raises NotLookedAtError where there is no row,
    or where no row has any of the columns."""
    if not dataset.height:
        raise NotLookedAtError(f"Not looked at: {no_rows(dataset, view)}")
    filled = {*dataset.canonical, *dataset.originals}
    absent = [column for column in wanted if column in CANONICAL and column not in filled]
    if absent:
        sentence = f"no row of {dataset.name} has a {', '.join(absent)}. {set_roles(dataset, absent[0])}"
        if len(absent) == len(wanted):
            raise NotLookedAtError(f"Not looked at: {sentence}")
        say(f"{sentence[0].upper()}{sentence[1:]}")
    if why := no_rows(dataset, view):
        say(f"{why[0].upper()}{why[1:]}")


def check_ending(out: Path) -> None:
    """Raises UsageError where the file's name does not end with a known format."""
    if out.suffix not in WRITERS:
        raise UsageError(f"Cannot tell the format of {out.name!r}; known endings: {', '.join(WRITERS)}.")


def write_table(table: pl.DataFrame, out: Path) -> None:
    """Writes the table in the format of the file's ending."""
    if out.suffix == ".csv" and (lists := [c for c, dtype in table.schema.items() if dtype.is_nested()]):
        raise UsageError(f"A CSV file cannot hold the lists in {', '.join(lists)}; write .jsonl or .parquet.")
    with whole_file(out) as temporary:
        WRITERS[out.suffix](table, temporary)


def chosen(dataset: Dataset, columns: list[str], rows: pl.Series) -> Iterator[pl.DataFrame]:
    """Those columns of the rows at these ascending positions, part by part."""
    start = 0
    for height in dataset.meta["part_rows"] or [0]:
        inside = rows.filter((rows >= start) & (rows < start + height)) - start
        for batch in dataset.batches(columns, start, height) if len(inside) else ():
            yield batch[inside]
        start += height
    yield pl.DataFrame(schema={c: dataset.schema[c] for c in columns})
