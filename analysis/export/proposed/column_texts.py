"""Proposed texts in the columns of the source: the new values, and the texts that no column has a place for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import polars as pl

from analysis.export.proposed.placing import Keys
from analysis.export.proposed.records import Changed, changed_values
from analysis.export.proposed.whole_columns import changed_columns
from analysis.export.training_formats import SourceColumns
from analysis.proposals import ProposedRows, Rewritten
from analysis.proposals.proposed_rows import replaced
from analysis.signal import ROW_ID


class ColumnTexts:
    """The columns of the source in the format `to`, with proposed texts; nothing is read before it is asked for."""

    def __init__(self, rows: ProposedRows, source: SourceColumns, to: str) -> None:
        self.rows, self.source, self.to = rows, source, to

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of rows with `row_id`, its columns of the source with the proposed texts."""
        names = [name for name in self._names if name in frame.columns]
        if not names:
            return frame
        by_column = [name for name in names if name in self.by_column.columns]
        frame = replaced(frame, self._columns.select(ROW_ID, *names))
        return replaced(frame, self.by_column.select(ROW_ID, *by_column))

    @cached_property
    def _names(self) -> list[str]:
        """The source's columns that may hold texts of a row, but for those that are canonical columns themselves."""
        return [name for name in self._with_texts if name not in self.rows.reads]

    @cached_property
    def _with_texts(self) -> list[str]:
        types = self.source.originals
        return [name for name, dtype in types.items() if dtype == pl.String or dtype.is_nested()]

    @cached_property
    def by_column(self) -> pl.DataFrame:
        """`row_id` and the columns that change of the rows that need no look at each."""
        return changed_columns(self.rows, self.source, self._with_texts)

    @cached_property
    def changed(self) -> dict[str, Changed]:
        """Row id -> the values of its columns of texts, of the rows that are not in `by_column`."""
        keys = Keys(dict(self.source.roles), self.source.texts)
        changed = {}
        others = self.rows.own.join(self.by_column, on=ROW_ID, how="anti")[ROW_ID]
        for row_id, row, values in source_values(self.rows, self._with_texts, self.rows.rewritten(others)):
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
        changed, types = self.changed, self.source.originals
        columns = [pl.Series(ROW_ID, list(changed), dtype=pl.String)]
        for name in self._names:
            values = [one.record[name] for one in changed.values()]
            columns.append(pl.Series(name, values, dtype=types[name]))
        return pl.DataFrame(columns)


def source_values(
    rows: ProposedRows, columns: Sequence[str], rewritten: Mapping[str, Rewritten]
) -> Iterator[tuple[str, Rewritten, dict[str, Any]]]:
    """Row id, the row with its proposed texts, and these columns as the source has them, of `rewritten` rows."""
    if not rewritten:
        return
    ids = pl.Series(list(rewritten), dtype=pl.String)
    for batch in rows.batches([ROW_ID, *(name for name in columns if name != ROW_ID)], of_source=True):
        for values in batch.filter(pl.col(ROW_ID).is_in(ids.implode())).iter_rows(named=True):
            row_id = values.pop(ROW_ID)
            yield row_id, rewritten[row_id], values
