"""Removes personal data from rows copied from a Parquet or Arrow source; every column keeps its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.export.redaction.redactor import Redactor
from analysis.formats import groups


def change_of(dataset: Dataset, redactor: Redactor, file: str) -> Callable[[Any, pl.Series], Any] | None:
    """The change of each Arrow batch of the file, given the 1-based positions of its rows; None for no change."""
    if not redactor.plan:
        return None
    columns = list(dict.fromkeys(redactor.reads[:1] + [c for c in redactor.reads if c in redactor.verdicts.columns]))
    lines_of_rows = row_lines(dataset, file)

    def change(batch: Any, lines: pl.Series) -> Any:
        rows = lines.to_frame("source_line").join(lines_of_rows, on="source_line", how="left", maintain_order="left")[
            "row"
        ]
        return without(redactor, batch, dataset.frame(columns, rows))

    return change


def row_lines(dataset: Dataset, file: str) -> pl.DataFrame:
    """The first row of each line of the file; of a record that stands for several lines, for each of them."""
    rows = dataset.frame(["source_file", "source_line", "source_record"]).with_row_index("row")
    rows = rows.filter(pl.col("source_file") == file)
    if rows.height and groups.is_group(rows["source_record"][0]):
        lines = pl.Series("source_line", list(map(groups.lines_of, rows["source_record"])), dtype=pl.List(pl.UInt32))
        rows = rows.with_columns(lines).explode("source_line")
    return rows.select("row", "source_line").unique("source_line", keep="first")


def without(redactor: Redactor, batch: Any, places: pl.DataFrame) -> Any:
    """The batch with its texts rewritten."""
    import pyarrow as pa

    values = {
        index: column.to_pylist()
        for index, column in enumerate(batch.columns)
        if "string" in str(column.type) or "utf8" in str(column.type)
    }
    arrays = list(batch.columns)
    for (index, before), after in zip(values.items(), redactor.without(list(values.values()), places), strict=True):
        if after != before:
            arrays[index] = pa.array(after, type=batch.schema.field(index).type)
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
