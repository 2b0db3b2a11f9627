"""Which rows stand, nearly the same, in another split or file as well?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.duplicates.groups import THRESHOLD, pairs_of
from analysis.duplicates.splits import near_splits, splits_of
from analysis.errors import SignalError
from analysis.signal import Signal


@dataclass(frozen=True)
class Leaks(
    Signal,
    name="leaks",
    version=1,
    reads=("near_neighbours", "duplicate_group"),
    roles=("split",),
    adds={"leaks_with": pl.List(pl.String), "is_leak": pl.Boolean},
    scope="dataset",
    cheap=True,
):
    """`leaks_with` names the other values of the role split among the rows that are near to this one, at `threshold` or
    above, or equal to it; empty where there are none, null where the row has no split. `is_leak` says whether there are
    any. With split="source_file" it tells of files. The keys `of_…` are filled in by the dataset.
    """

    threshold: float = THRESHOLD
    split: str = ""
    of_near_pairs: str = ""
    of_exact_duplicates: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.threshold, float | int) or not 0.5 <= self.threshold <= 1:
            raise SignalError(f"A threshold lies from 0.5 to 1, {self.threshold!r} does not.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        splits = splits_of(rows["split"])
        near = near_splits(pairs_of(rows["near_neighbours"]), [rows["duplicate_group"]], splits.of, self.threshold)
        known = splits.of >= 0
        others = np.where(known, near & ~(np.uint64(1) << np.maximum(splits.of, 0).astype(np.uint64)), np.uint64(0))
        ways, number = np.unique(others, return_inverse=True)
        names = [sorted(name for at, name in enumerate(splits.names) if int(way) >> at & 1) for way in ways]
        lists = pl.Series(names, dtype=pl.List(pl.String)).gather(number.astype(np.uint32))
        unknown = pl.Series(~known)
        return pl.DataFrame(
            {
                "leaks_with": pl.select(pl.when(~unknown).then(lists)).to_series(),
                "is_leak": pl.Series(others != 0).set(unknown, None),
            }
        )
