"""The export step that puts proposed texts in the place of the source's: in every column and record that is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import polars as pl

from analysis.computing import computed_rows
from analysis.counted import count
from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL
from analysis.export.proposed.leaves import leaves_of
from analysis.export.proposed.placing import Keys
from analysis.export.proposed.records import (
    Changed,
    changed_cells,
    changed_json,
    changed_line,
    changed_record,
    changed_values,
)
from analysis.export.proposed.whole_columns import changed_columns
from analysis.export.training_formats import KEYS, SourceColumns
from analysis.formats import groups
from analysis.personal_data.cells import Kind
from analysis.proposals import ProposedRows, Rewritten
from analysis.proposals.proposed_rows import replaced
from analysis.signal import ROW_ID, Signal

TABLES = ("parquet", "arrow")
JSON = ("json", "jsonl")
PROPOSED = "proposed "
"""What the name of a loss begins with that is one of a proposed text."""
PLACE = ("source_file", "source_record")


class Taking:
    """The proposed texts of an export in the format `to`. Where they are not to be taken, nothing changes."""

    def __init__(self, dataset: Dataset, source: SourceColumns, to: str, *, is_asked: bool) -> None:
        self.dataset, self.source, self.to = dataset, source, to
        self.rows = ProposedRows(dataset)
        self.is_asked = is_asked and not dataset.proposals.is_empty() and bool(self.rows.mask.any())

    @property
    def reads(self) -> list[str]:
        """The columns that a frame must have besides those that are written."""
        return [ROW_ID] if self.is_asked else []

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of rows with their proposed texts."""
        if not self.is_asked or frame.is_empty():
            return frame
        frame = self.rows.taken(frame)
        names = [name for name in self._text_columns if name in frame.columns]
        if names:
            frame = replaced(frame, self._columns.select(ROW_ID, *names))
            frame = replaced(
                frame, self._by_column.select(ROW_ID, *(name for name in names if name in self._by_column.columns))
            )
        return replaced(frame, self._records) if "source_record" in frame.columns else frame

    def mask(self, chosen: pl.Series) -> pl.Series:
        """For each row whether it is among the `chosen` ones and has a proposed text that is taken."""
        return chosen & self.rows.mask if self.is_asked else chosen & False

    def computed(self, signal: Signal) -> pl.DataFrame:
        """`row_id` and the columns of a signal, computed of the rows with their proposed texts."""
        return computed_rows(signal, self.inputs_of(signal).select(ROW_ID, *signal.inputs))

    def inputs_of(self, signal: Signal, of: pl.Series | None = None) -> pl.DataFrame:
        """`row_id` and the columns that a signal reads of the rows with their proposed texts; `of`: ids of the rows
        among them that are wanted, all by default."""
        names = [name for name in signal.inputs if name not in self.rows.reads]
        frames = [pl.DataFrame({ROW_ID: []}, schema={ROW_ID: pl.String}), *self.rows.batches([ROW_ID, *names])]
        every = pl.concat(frames, how="diagonal")
        wanted = every if of is None else every.filter(pl.col(ROW_ID).is_in(of.implode()))
        rows = wanted.join(self.rows.table, on=ROW_ID, how="left", maintain_order="left")
        absent = [pl.lit(None, CANONICAL[name]).alias(name) for name in signal.inputs if name not in rows.columns]
        return rows.with_columns(absent)

    def losses(self, chosen: pl.Series) -> dict[str, int]:
        """What is called a proposed text -> rows among the chosen ones in which it is not written."""
        if not self.is_asked:
            return {}
        ids = set(self.dataset.column(ROW_ID).filter(self.mask(chosen)))
        unplaced, lost = self.rows.unplaced, self._lost
        rows: Counter[str] = Counter()
        for row_id in ids & (unplaced.keys() | lost.keys()):
            rows.update({called(field) for field in (*unplaced.get(row_id, ()), *lost.get(row_id, ()))})
        return dict(rows)

    # The columns of the source

    @cached_property
    def _text_columns(self) -> list[str]:
        """The source's columns that may hold texts of a row, but for those that are canonical columns themselves."""
        return [name for name in self._with_texts if name not in self.rows.reads]

    @cached_property
    def _with_texts(self) -> list[str]:
        types = self.source.originals
        return [name for name, dtype in types.items() if dtype == pl.String or dtype.is_nested()]

    @cached_property
    def _by_column(self) -> pl.DataFrame:
        """`row_id` and the columns that change of the rows that need no look at each."""
        return changed_columns(self.rows, self.source, self._with_texts)

    @cached_property
    def _changed_columns(self) -> dict[str, Changed]:
        """Row id -> the values of its columns of texts, of the rows that are not in `_by_column`."""
        keys = Keys(dict(self.source.roles), self.source.texts)
        changed = {}
        others = self.rows.own.join(self._by_column, on=ROW_ID, how="anti")[ROW_ID]
        for row_id, row, values in self._each(self._with_texts, self.rows.rewritten(others)):
            changed[row_id] = self._whole_prompt(changed_values(values, row, keys))
        return changed

    def _whole_prompt(self, changed: Changed) -> Changed:
        """In the format alpaca, a prompt that has no place in its two columns is the whole instruction."""
        if self.to != "alpaca" or not self.source.splits_input or "prompt" not in changed.lost:
            return changed
        parts = dict.fromkeys(self.source.roles[role] for role in ("prompt", "input"))
        return Changed({**changed.record, **parts}, tuple(field for field in changed.lost if field != "prompt"))

    @cached_property
    def _columns(self) -> pl.DataFrame:
        """`row_id` and the columns of texts of the rows with proposed texts."""
        changed, types = self._changed_columns, self.source.originals
        columns = [pl.Series(ROW_ID, list(changed), dtype=pl.String)]
        for name in self._text_columns:
            values = [one.record[name] for one in changed.values()]
            columns.append(pl.Series(name, values, dtype=types[name]))
        return pl.DataFrame(columns)

    # The records of the source

    @cached_property
    def _keys(self) -> Keys:
        names = {column: self.source.renamed.get(column, column) for column in self.source.originals}
        of_role = {role: names.get(column, column) for role, column in self.source.roles.items()}
        return Keys(of_role, frozenset(names.get(column, column) for column in self.source.texts))

    @cached_property
    def _changed_records(self) -> dict[str, Changed]:
        """Row id -> the text of its record, of rows that come from text files."""
        changed = {} if self._several else self._spliced_records
        others = self.rows.own[ROW_ID].filter(~self.rows.own[ROW_ID].is_in(list(changed)))
        for row_id, row, values in self._each(PLACE, self.rows.rewritten(others)):
            source = self.dataset.meta["sources"][values["source_file"]]
            if row_id in self._several or groups.is_group(values["source_record"]):
                changed[row_id] = Changed(values["source_record"], tuple(row.edits))
            elif source["container"] in TABLES:
                lost = self._changed_columns[row_id].lost if row_id in self._changed_columns else ()
                changed[row_id] = Changed(values["source_record"], lost)
            else:
                changed[row_id] = self._record(values["source_record"], row, source)
        return changed

    @cached_property
    def _spliced_records(self) -> dict[str, Changed]:
        """Those of rows whose texts are placed in JSON text without reading it whole."""
        sources, keys = self.dataset.meta["sources"], self._keys
        texts: dict[str, list[tuple[str, str, str]]] = {}
        sure = self.rows.changes.join(self._by_column, on=ROW_ID, how="semi")
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
        changed = self._changed_records
        records = [one.record for one in changed.values()]
        return pl.DataFrame({ROW_ID: list(changed), "source_record": records}, schema_overrides={ROW_ID: pl.String})

    @cached_property
    def _lost(self) -> dict[str, tuple[str, ...]]:
        """Row id -> fields whose proposed text has no place in what is written besides the canonical columns."""
        if self.to == "input":
            return {row_id: one.lost for row_id, one in self._changed_records.items()}
        if self.to in ("csv", "parquet"):
            return {row_id: one.lost for row_id, one in self._changed_columns.items()}
        if self.to not in KEYS:
            return {}
        beside = self.source.others(self.to)
        changed = {row_id: one for row_id, one in self._changed_columns.items() if one.lost}
        rows = self.rows.rewritten(pl.Series(list(changed), dtype=pl.String))
        lost = {}
        for row_id, one in changed.items():
            texts = {text for _, text in leaves_of({n: one.record[n] for n in beside if n in one.record})}
            before = rows[row_id].texts
            lost[row_id] = tuple(field for field in one.lost if before[field] in texts and before[field])
        return lost

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

    def _each(
        self, columns: Sequence[str], rewritten: Mapping[str, Rewritten]
    ) -> Iterator[tuple[str, Rewritten, dict[str, Any]]]:
        """Row id, the row with its proposed texts, and these columns as the source has them, of `rewritten` rows."""
        if not rewritten:
            return
        ids = pl.Series(list(rewritten), dtype=pl.String)
        for batch in self.rows.batches([ROW_ID, *(name for name in columns if name != ROW_ID)], of_source=True):
            for values in batch.filter(pl.col(ROW_ID).is_in(ids.implode())).iter_rows(named=True):
                row_id = values.pop(ROW_ID)
                yield row_id, rewritten[row_id], values

    def notes(self, chosen: pl.Series) -> list[str]:
        """The sentences for the card and the receipt."""
        if not self.is_asked or not (rows := int(self.mask(chosen).sum())):
            return []
        who = ", ".join(f"{person}: {count(n)}" for person, n in people(self.dataset, self.mask(chosen)).items())
        verb = "has a proposed text" if rows == 1 else "have proposed texts"
        return [
            f"{count(rows)} {verb} in the place of the source's ({who}). Filters, tags and copies are those of the "
            "source's texts."
        ]


def called(field: str) -> str:
    """What the text of a field is called among losses."""
    parts = field.split(".")
    if len(parts) == 1:
        return f"{PROPOSED}{field}"
    return f"{PROPOSED}message" if parts[-1] == "content" else f"{PROPOSED}{parts[-1]} of a message"


def people(dataset: Dataset, mask: pl.Series) -> dict[str, int]:
    """Person -> rows among those of the mask for which the person proposed a text that counts, most rows first."""
    ids = dataset.column(ROW_ID).filter(mask)
    lines = dataset.proposals.filter(pl.col(ROW_ID).is_in(ids.implode()))
    rows = (
        lines.group_by("person")
        .agg(pl.col(ROW_ID).n_unique().alias("rows"))
        .sort("rows", "person", descending=[True, False])
    )
    return dict(rows.select("person", "rows").iter_rows())
