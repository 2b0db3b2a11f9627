"""Proposed texts in the records of the source's files: in their text, and in Arrow batches that are copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.export.proposed.column_texts import ColumnTexts, source_values
from analysis.export.proposed.placing import Keys
from analysis.export.proposed.records import (
    Changed,
    changed_cells,
    changed_json,
    changed_line,
    changed_record,
    changed_values,
)
from analysis.formats import groups
from analysis.personal_data.cells import Kind
from analysis.proposals import Rewritten
from analysis.proposals.proposed_rows import replaced
from analysis.signal import ROW_ID

TABLES = ("parquet", "arrow")
JSON = ("json", "jsonl")
PLACE = ("source_file", "source_record")


class RecordTexts:
    """The records of the rows that have proposed texts, with these; nothing is read before it is asked for.

    A record that several rows share, or that is a group of others, stays as it is.
    """

    def __init__(self, dataset: Dataset, columns: ColumnTexts) -> None:
        self.dataset, self.columns = dataset, columns
        self.rows, self.source = columns.rows, columns.source

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of rows with `row_id`, its `source_record` with the proposed texts."""
        return replaced(frame, self._records) if "source_record" in frame.columns else frame

    @cached_property
    def _keys(self) -> Keys:
        names = {column: self.source.renamed.get(column, column) for column in self.source.originals}
        of_role = {role: names.get(column, column) for role, column in self.source.roles.items()}
        return Keys(of_role, frozenset(names.get(column, column) for column in self.source.texts))

    @cached_property
    def changed(self) -> dict[str, Changed]:
        """Row id -> the text of its record, of rows that come from text files."""
        changed = {} if self._several else self._spliced
        others = self.rows.own[ROW_ID].filter(~self.rows.own[ROW_ID].is_in(list(changed)))
        for row_id, row, values in source_values(self.rows, PLACE, self.rows.rewritten(others)):
            source = self.dataset.meta["sources"][values["source_file"]]
            if row_id in self._several or groups.is_group(values["source_record"]):
                changed[row_id] = Changed(values["source_record"], tuple(row.edits))
            elif source["container"] in TABLES:
                lost = self.columns.changed[row_id].lost if row_id in self.columns.changed else ()
                changed[row_id] = Changed(values["source_record"], lost)
            else:
                changed[row_id] = self._record(values["source_record"], row, source)
        return changed

    @cached_property
    def _spliced(self) -> dict[str, Changed]:
        """Those of rows whose texts are placed in JSON text without reading it whole."""
        sources, keys = self.dataset.meta["sources"], self._keys
        texts: dict[str, list[tuple[str, str, str]]] = {}
        sure = self.rows.changes.join(self.columns.by_column, on=ROW_ID, how="semi")
        for row_id, field, new, old in sure.select(ROW_ID, "field", "text", "old").iter_rows():
            texts.setdefault(row_id, []).append((keys.of_role[field], old, new))
        changed = {}
        for batch in self.rows.batches([ROW_ID, *PLACE], of_source=True):
            if sources[batch["source_file"][0]]["container"] not in JSON or groups.is_group(batch["source_record"][0]):
                continue
            for row_id, record in batch.select(ROW_ID, "source_record").iter_rows():
                if row_id in texts and (text := changed_record(record, texts[row_id], keys)) is not None:
                    changed[row_id] = Changed(text, ())
        return changed

    def _record(self, record: str, row: Rewritten, source: Mapping[str, Any]) -> Changed:
        if source["container"] in JSON:
            return changed_json(record, row, self._keys)
        if source["container"] == "csv":
            names = source.get("original") or [self.source.renamed.get(c, c) for c in self.source.originals]
            return changed_cells(record, row, self._keys, names, Kind("cells", source["separator"], source["quoted"]))
        return changed_line(record, row)

    @cached_property
    def _several(self) -> set[str]:
        """The ids of rows that share their record with other rows."""
        if "source_row" not in self.dataset.schema or not self.dataset.column("source_row").max():
            return set()
        rows = self.dataset.frame([ROW_ID, "source_row"])
        starts = (rows["source_row"].fill_null(0) == 0).cast(pl.UInt32).cum_sum()
        return set(rows[ROW_ID].filter(starts.is_duplicated()))

    @cached_property
    def _records(self) -> pl.DataFrame:
        changed = self.changed
        records = [one.record for one in changed.values()]
        return pl.DataFrame({ROW_ID: list(changed), "source_record": records}, schema_overrides={ROW_ID: pl.String})

    def change(self, batch: Any, row_ids: Sequence[str | None]) -> Any:
        """An Arrow batch of a copied file with the proposed texts of its rows; every column keeps its type."""
        import pyarrow as pa

        by_row, several = self.rows.by_row, self._several
        rows = {n: by_row[i] for n, i in enumerate(row_ids) if i is not None and i in by_row and i not in several}
        if not rows:
            return batch
        names = [name for name in batch.schema.names if name in self._keys.texts]
        columns = {name: batch.column(name).to_pylist() for name in names}
        for n, row in rows.items():
            changed = changed_values({name: columns[name][n] for name in names}, row, self._keys)
            for name in names:
                columns[name][n] = changed.record[name]
        arrays = [
            pa.array(columns[name], type=batch.schema.field(name).type) if name in columns else batch.column(name)
            for name in batch.schema.names
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
