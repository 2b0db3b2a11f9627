"""Which rows have a near duplicate in another split or file?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.duplicates.duplicate_checks import LEAK_CHECKS
from analysis.duplicates.groups import THRESHOLD, pairs_of
from analysis.duplicates.splits import near_splits, splits_of
from analysis.errors import SignalError
from analysis.signal import Signal


@dataclass(frozen=True)
class Leaks(
    Signal,
    name="leaks",
    version=2,
    reads=("near_neighbours", "text_group"),
    roles=("split",),
    adds={"leaks_with": pl.List(pl.String), "is_leak": pl.Boolean},
    scope="dataset",
    cheap=True,
    finds=LEAK_CHECKS,
):
    """`leaks_with` lists the other splits that have a row equal to this one, or similar at `threshold` or above; empty
    where there are none, null where the row has no split; several judgements of one text count as equal rows.
    `is_leak`: whether there are any. `split` is the column of the role split; split="source_file" compares files. The
    dataset fills in the keys `of_…`.
    """

    threshold: float = THRESHOLD
    split: str = ""
    of_near_pairs: str = ""
    of_exact_duplicates: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.threshold, float | int) or not 0.5 <= self.threshold <= 1:
            raise SignalError(f"A threshold is from 0.5 to 1, not {self.threshold!r}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        splits = splits_of(rows["split"])
        near = near_splits(pairs_of(rows["near_neighbours"]), rows["text_group"], splits.of, self.threshold)
        has_split = splits.of >= 0
        others = np.where(has_split, near & ~(np.uint64(1) << np.maximum(splits.of, 0).astype(np.uint64)), np.uint64(0))
        ways, number = np.unique(others, return_inverse=True)
        names = [sorted(name for split, name in enumerate(splits.names) if int(way) >> split & 1) for way in ways]
        lists = pl.Series(names, dtype=pl.List(pl.String)).gather(number.astype(np.uint32))
        unknown = pl.Series(~has_split)
        return pl.DataFrame(
            {
                "leaks_with": pl.select(pl.when(~unknown).then(lists)).to_series(),
                "is_leak": pl.Series(others != 0).set(unknown, None),
            }
        )
