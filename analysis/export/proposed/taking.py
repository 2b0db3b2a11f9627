"""The export step that puts proposed texts in the place of the source's: in every column and record that is written."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

import polars as pl

from analysis.computing import computed_rows
from analysis.counted import count
from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL
from analysis.export.proposed.column_texts import ColumnTexts
from analysis.export.proposed.leaves import leaves_of
from analysis.export.proposed.record_texts import RecordTexts
from analysis.export.training_formats import KEYS, SourceColumns
from analysis.proposals import ProposedRows
from analysis.signal import ROW_ID, Signal

PROPOSED = "proposed "
"""What the name of a loss begins with that is one of a proposed text."""


class Taking:
    """The proposed texts of an export in the format `to`. Where they are not to be taken, nothing changes."""

    def __init__(self, dataset: Dataset, source: SourceColumns, to: str, *, is_asked: bool) -> None:
        self.dataset, self.source, self.to = dataset, source, to
        self.rows = ProposedRows(dataset)
        self.columns = ColumnTexts(self.rows, source, to)
        self.records = RecordTexts(dataset, self.columns)
        self.is_asked = is_asked and not dataset.proposals.is_empty() and bool(self.rows.mask.any())

    @property
    def reads(self) -> list[str]:
        """The columns that a frame must have besides those that are written."""
        return [ROW_ID] if self.is_asked else []

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of rows with their proposed texts."""
        if not self.is_asked or frame.is_empty():
            return frame
        return self.records(self.columns(self.rows.taken(frame)))

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

    @cached_property
    def _lost(self) -> dict[str, tuple[str, ...]]:
        """Row id -> fields whose proposed text has no place in what is written besides the canonical columns."""
        if self.to == "input":
            return {row_id: one.lost for row_id, one in self.records.changed.items()}
        if self.to in ("csv", "parquet"):
            return {row_id: one.lost for row_id, one in self.columns.changed.items()}
        if self.to not in KEYS:
            return {}
        beside = self.source.others(self.to)
        changed = {row_id: one for row_id, one in self.columns.changed.items() if one.lost}
        rows = self.rows.rewritten(pl.Series(list(changed), dtype=pl.String))
        lost = {}
        for row_id, one in changed.items():
            texts = {text for _, text in leaves_of({n: one.record[n] for n in beside if n in one.record})}
            before = rows[row_id].texts
            lost[row_id] = tuple(field for field in one.lost if before[field] in texts and before[field])
        return lost

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
