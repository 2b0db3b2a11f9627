"""Scans the written files again: no personal data of the chosen types may be left in them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from analysis.dataset import Dataset
from analysis.errors import RedactionError
from analysis.export.redaction.redactor import Redactor
from analysis.personal_data.cells import JSON, TEXT, Kind, texts_in
from analysis.personal_data.scanning import PARTLY, Hit, Scan
from analysis.signal import ROW_ID

TEXTS_AT_ONCE = 50_000
NAMED_ROWS = 10


class File(NamedTuple):
    """A written file: the positions of its rows in order, its number of records (a pair may give two), and the format
    of its cells where it has separated values."""

    path: Path
    rows: pl.Series
    records: int
    kind: Kind = TEXT
    has_header: bool = True


class Remainder(NamedTuple):
    """A hit that is left: `record` is the number of the record in its file, 0 for the header."""

    file: str
    record: int
    row: int | None
    what: str


def check_files(dataset: Dataset, redactor: Redactor, files: Sequence[File], receipt_texts: Sequence[str]) -> None:
    """Scans the files again. `receipt_texts`: the texts of receipt and card. The language pipeline does not run again.

    Raises RedactionError where a hit of the chosen types is left, or a text is not scanned to its end.
    """
    left = [one for file in files for one in _left_in(dataset, redactor, file)]
    texts = pl.Series([text for text in receipt_texts if text], dtype=pl.String)
    for number, scan in redactor.scanner.scan(texts).items():
        hits = redactor.leftovers.personal_hits(texts[number], scan.hits, redactor.stand_ins, {})
        left += [Remainder("the receipt", 0, None, hit.type) for hit in hits]
    if not left and not redactor.partly:
        return
    ids = dataset.column(ROW_ID)
    named = dict.fromkeys(
        f"{one.what} in {f'row {ids[one.row]}, ' if one.row is not None else ''}"
        f"{one.file}{f' record {one.record}' if one.record else ''}"
        for one in left
    )
    for row_id in dict.fromkeys(redactor.partly):
        named[f"row {row_id} holds a text too long or too full to be scanned to its end"] = None
    shown = "; ".join(list(named)[:NAMED_ROWS])
    more = f"; and {len(named) - NAMED_ROWS:,} more" if len(named) > NAMED_ROWS else ""
    raise RedactionError(
        f"Personal data would be left: {shown}{more}. Nothing was written; leave these rows out, rename the columns or "
        "filters that hold it, or say that it is not personal."
    )


def _left_in(dataset: Dataset, redactor: Redactor, file: File) -> Iterator[Remainder]:
    held: list[tuple[int, str]] = []
    for number, value, kind in records(file):
        held += [(number, text) for text in texts_in(value, kind) if text]
        if len(held) >= TEXTS_AT_ONCE:
            yield from _scanned(dataset, redactor, file, held)
            held = []
    yield from _scanned(dataset, redactor, file, held)


def _scanned(dataset: Dataset, redactor: Redactor, file: File, held: Sequence[tuple[int, str]]) -> Iterator[Remainder]:
    lines = pl.DataFrame(held, schema={"record": pl.UInt32, "text": pl.String}, orient="row")
    unique = lines["text"].unique(maintain_order=True)
    scans_by_number = redactor.scanner.scan(unique)
    scans = dict(zip(unique.gather(list(scans_by_number)), scans_by_number.values(), strict=True))
    for number, text in lines.filter(pl.col("text").is_in(list(scans))).iter_rows():
        row = int(file.rows[(number - 1) * len(file.rows) // file.records]) if 0 < number <= file.records else None
        hits = _left_hits(dataset, redactor, row, text, scans[text])
        yield from (Remainder(file.path.name, number, row, hit.type) for hit in hits)
        if scans[text].status.startswith(PARTLY):
            yield Remainder(file.path.name, number, row, "a text that could not be scanned to its end")


def _left_hits(dataset: Dataset, redactor: Redactor, row: int | None, text: str, scan: Scan) -> list[Hit]:
    """The hits that are personal data in a text of this row; a header has no row."""
    place = {c: dataset.column(c)[row] for c in redactor.verdicts.columns} if row is not None else {}
    left = redactor.leftovers.personal_hits(text, scan.hits, redactor.stand_ins, place)
    if not left or row is None:
        return left
    return redactor.leftovers.in_row(text, left, redactor.stand_ins_of(dataset.column(ROW_ID)[row]), place).hits


def records(file: File) -> Iterator[tuple[int, Any, Kind]]:
    """Number, value and kind of each record; number 0 is the header."""
    path = file.path
    if path.suffix == ".jsonl":
        with path.open(encoding="utf-8", newline="\n") as lines:
            yield from ((n, line, JSON) for n, line in enumerate(lines, 1))
    elif path.suffix == ".json":
        yield from ((n, value, kind) for n, (value, kind) in enumerate(_members(json.loads(path.read_bytes())), 1))
    elif path.suffix in (".csv", ".tsv"):
        yield from ((n, cells, TEXT) for n, cells in enumerate(_cells(file), 0 if file.has_header else 1))
    elif path.suffix in (".parquet", ".arrow"):
        yield from _table(path)
    else:
        with path.open(encoding="utf-8", newline="\n") as lines:
            yield from ((n, line, TEXT) for n, line in enumerate(lines, 1))


def _members(document: Any) -> Iterator[tuple[Any, Kind]]:
    """The records of a JSON document with their names: of a list, an object of records, or an object of lists."""
    if isinstance(document, list):
        yield from ((json.dumps(record, ensure_ascii=False), JSON) for record in document)
        return
    for name, value in document.items():
        for record in value if isinstance(value, list) else [value]:
            yield json.dumps({name: record}, ensure_ascii=False), JSON


def _cells(file: File) -> Iterator[list[str]]:
    with file.path.open(encoding="utf-8", newline="") as lines:
        if file.kind.name == "cells" and not file.kind.quoted:
            yield from (line.rstrip("\n").split(file.kind.separator) for line in lines)
        else:
            yield from csv.reader(lines, delimiter=file.kind.separator)


def _table(path: Path) -> Iterator[tuple[int, Any, Kind]]:
    """The rows of a Parquet or Arrow file, and the names of its columns as the header."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.suffix == ".parquet":
        whole = pq.ParquetFile(path)
        names, batches = whole.schema_arrow.names, whole.iter_batches()
    else:
        with pa.OSFile(str(path)) as source:
            head = source.read(6)
        opened = pa.ipc.open_file(path) if head == b"ARROW1" else pa.ipc.open_stream(path)
        names = opened.schema.names
        batches = opened if head != b"ARROW1" else (opened.get_batch(n) for n in range(opened.num_record_batches))
    yield 0, list(names), TEXT
    number = 0
    for batch in batches:
        for row in batch.to_pylist():
            number += 1
            yield number, row, TEXT
