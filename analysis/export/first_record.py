"""The first record of an export as it would be written, for a look before the export is made."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from analysis.export.cleaning import Cleaner
from analysis.export.exporting import write_rows
from analysis.export.redaction.redacting import Redacting
from analysis.export.source_files import TABLES
from analysis.export.unpacking import Unpacking
from analysis.export.waterfall import Chosen


def first_record(chosen: Chosen) -> tuple[int, Any] | None:
    """The position of the first row to export, and its record as JSON values, with proposed texts, cleaned and
    redacted; the text of the file where it is not JSON. None where no row is exported.

    A record that the source has in a Parquet or Arrow file is shown without a copy of that file.
    """
    row = chosen.mask.arg_max() if chosen.mask.any() else None
    if row is None:
        return None
    mask = pl.repeat(False, len(chosen.mask), dtype=pl.Boolean, eager=True).scatter(row, True)
    one = replace(chosen, mask=mask)
    containers = {source["container"] for source in chosen.dataset.meta["sources"].values()}
    if chosen.request.to == "input" and containers & set(TABLES):
        one = replace(one, request=replace(one.request, to="parquet"))
    with tempfile.TemporaryDirectory() as folder:
        written = write_rows(
            one,
            Path(folder),
            None,
            lambda *_: None,
            Unpacking(one),
            Cleaner(one.dataset, one.request.clean),
            Redacting(one),
        )
        paths = [Path(folder) / file.path for file in written.files if file.rows]
        return (row, _read(paths[0])) if paths else None


def _read(path: Path) -> Any:
    """The first record of a file."""
    if path.suffix == ".parquet":
        return orjson.loads(pl.read_parquet(path, n_rows=1).write_ndjson().splitlines()[0])
    text = path.read_bytes()
    try:
        if path.suffix == ".jsonl":
            return orjson.loads(text.splitlines()[0])
        values = orjson.loads(text)
        return values[0] if isinstance(values, list) else values
    except orjson.JSONDecodeError:
        return text.decode("utf-8", errors="replace")
