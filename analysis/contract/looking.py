"""The rows that a rule looks at: all of them, or a sample; and each filter's answer for them."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import reduce

import polars as pl

from analysis.computing.isolating import FAILURE, computed
from analysis.dataset import Dataset
from analysis.errors import ContractError
from analysis.signal import ROW_ID, Signal
from analysis.view import ANY_TEXT, Filter


@dataclass(frozen=True)
class Looked:
    """Rows of a dataset, with answers in their order. `positions`: which rows; null for every row.

    `frame`: the columns of a sample; null where they are read from the dataset. `failed`: rows on which a signal that
    is read failed, which have no value; null for none.
    """

    dataset: Dataset
    positions: pl.Series | None = None
    frame: pl.DataFrame | None = None
    failed: pl.Series | None = None
    answers: dict[str, pl.Series] = field(default_factory=dict)

    @property
    def height(self) -> int:
        return self.dataset.height if self.positions is None else len(self.positions)

    @property
    def is_sample(self) -> bool:
        return self.positions is not None

    def mask(self, f: Filter) -> pl.Series:
        """Which of these rows pass the filter."""
        if self.frame is None:
            return self.dataset.mask(f)
        if str(f) not in self.answers:
            self.answers[str(f)] = self._answer(f, self.frame)
        return self.answers[str(f)]

    def _answer(self, f: Filter, frame: pl.DataFrame) -> pl.Series:
        if f.column != ANY_TEXT:
            return frame.select(f.expr(frame.schema[f.column])).to_series()
        masks = [self._answer(Filter(name, f.op, f.value), frame) for name in self.dataset.texts()]
        is_negated = f.op == "nothas"
        return reduce(lambda a, b: a & b if is_negated else a | b, masks, self.every(is_negated))

    def every(self, value: bool = True) -> pl.Series:
        """One truth value for every row."""
        return pl.repeat(value, self.height, dtype=pl.Boolean, eager=True)

    def places(self, mask: pl.Series) -> pl.Series:
        """The positions in the dataset of the rows in a mask."""
        return mask.arg_true() if self.positions is None else self.positions.filter(mask)

    def listed(self, ids: Collection[str]) -> pl.Series:
        """Which of these rows have one of these ids."""
        ids_of_rows = self.dataset.column(ROW_ID)
        ids_of_rows = ids_of_rows if self.positions is None else ids_of_rows.gather(self.positions)
        return ids_of_rows.is_in(list(ids))


def every_row(dataset: Dataset, signals: Sequence[Signal]) -> Looked:
    """All rows of a dataset whose signals are computed."""
    failures = [ids for signal in signals if len(ids := dataset.failures(signal)[ROW_ID])]
    failed = dataset.column(ROW_ID).is_in(pl.concat(failures).implode()) if failures else None
    return Looked(dataset, failed=failed)


def sampled_rows(dataset: Dataset, columns: Collection[str], size: int, seed: int) -> Looked:
    """A sample without replacement, the same for the same seed and number of rows. Columns that no one has computed are
    computed for its rows alone. Raises SignalError, ModelError, ContractError."""
    chosen = sorted(random.Random(seed).sample(range(dataset.height), size))
    positions = pl.Series("row", chosen, dtype=pl.UInt32)
    rows = _Sample(dataset, positions)
    frame = rows.frame(sorted({*columns, "tags"}))
    return Looked(dataset, positions, frame, rows.failed)


class _Sample:
    """The columns of a sample; `failed` grows with each signal that is computed for it."""

    def __init__(self, dataset: Dataset, positions: pl.Series) -> None:
        self.dataset, self.positions = dataset, positions
        self.failed: pl.Series | None = None
        self.computed: dict[str, pl.DataFrame] = {}

    def frame(self, columns: Sequence[str]) -> pl.DataFrame:
        """These columns of the sample's rows."""
        present = [name for name in columns if self._is_there(name)]
        read = self.dataset.canonical_frame(list(dict.fromkeys([ROW_ID, *present])), self.positions)
        missing = [name for name in columns if name not in present]
        return read.hstack([self._signal_column(name) for name in missing])

    def _is_there(self, column: str) -> bool:
        if column not in self.dataset.schema:
            return False
        name = None if column in self.dataset.originals else self.dataset.catalogue.writer_of(column)
        if name:
            ids = self.dataset.failures(self.dataset.signal(name))[ROW_ID]
            if len(ids):
                self._add(self.dataset.column(ROW_ID).gather(self.positions).is_in(ids.implode()))
        return True

    def _signal_column(self, column: str) -> pl.Series:
        name = self.dataset.catalogue.writer_of(column) or ""
        if name not in self.computed:
            signal = self.dataset.signal(name)
            if signal.scope != "row":
                raise ContractError(
                    f"{name} compares all rows with each other, so that a sample of them says nothing; compute it for "
                    f"all rows: winnow compute DATASET {name}, or remove sample."
                )
            columns = computed(signal, self.frame([name for name in signal.inputs if name != ROW_ID]))
            self._add(columns[FAILURE].is_not_null())
            self.computed[name] = columns
        return self.computed[name][column]

    def _add(self, failed: pl.Series) -> None:
        if failed.any():
            self.failed = failed if self.failed is None else self.failed | failed
