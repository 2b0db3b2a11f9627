"""Which rows are of one record of the source, so that an export in its format writes the record once?"""

from __future__ import annotations

import polars as pl

from analysis.dataset import Dataset
from analysis.signal import ROW_ID


class Once:
    """Keeps one row of each record. `chosen`: how many rows were seen, `records`: of how many records."""

    def __init__(self, dataset: Dataset) -> None:
        self.chosen = self.records = self.last = 0
        self._numbers: pl.DataFrame | None = None
        parts = dataset.column("source_row") if "source_row" in dataset.schema else None
        if parts is not None and parts.max():
            numbers = (parts == 0).cast(pl.Int64).cum_sum().alias("\0record")
            self._numbers = pl.DataFrame([dataset.column(ROW_ID), numbers])
            self._rows_of = numbers.value_counts().rename({"count": "\0rows"})
        self._counts: list[pl.DataFrame] = []

    @property
    def reads(self) -> list[str]:
        """The columns that a frame must have."""
        return [ROW_ID] if self._numbers is not None else []

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with the first of the chosen rows of each record; a record may go on from the frame before."""
        if self._numbers is None:
            return frame
        numbered = frame.join(self._numbers, on=ROW_ID, how="left", maintain_order="left")
        numbers = numbered["\0record"]
        self.chosen += frame.height
        self._counts.append(numbers.value_counts())
        kept = numbered.filter((numbers != numbers.shift(1, fill_value=self.last)).fill_null(True))
        self.last = int(numbers[-1]) if frame.height else self.last
        self.records += kept.height
        return kept.drop("\0record")

    def notes(self) -> list[str]:
        """What the receipt says of records that gave several rows."""
        partly = self._partly()
        notes = []
        if self.chosen > self.records:
            notes.append(f"{self.chosen:,} rows come from {self.records:,} records; each record is written once.")
        if partly:
            whose = "record" if partly == 1 else "records"
            notes.append(
                f"Of {partly:,} {whose} only some rows were chosen; the source holds all of them in one, "
                "so they are written whole."
            )
        return notes

    def _partly(self) -> int:
        """The records of which only some rows were chosen."""
        if not self._counts:
            return 0
        seen = pl.concat(self._counts).group_by("\0record").agg(pl.col("count").sum())
        return seen.join(self._rows_of, on="\0record").filter(pl.col("count") < pl.col("\0rows")).height
