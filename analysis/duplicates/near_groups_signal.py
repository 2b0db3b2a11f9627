"""Which of the rows that are near duplicates should be kept?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.duplicates.duplicate_checks import NEAR_CHECKS
from analysis.duplicates.groups import THRESHOLD, groups, pairs_of
from analysis.duplicates.policies import READS, Keep, in_order
from analysis.duplicates.texts import check_choice
from analysis.errors import SignalError
from analysis.joined_values import split_values
from analysis.signal import Signal


@dataclass(frozen=True)
class NearGroups(
    Signal,
    name="near_groups",
    version=1,
    reads=("near_neighbours", "near_status", *READS),
    roles=("source",),
    adds={"near_group": pl.UInt32, "near_similarity": pl.Float32, "is_near_extra": pl.Boolean},
    scope="dataset",
    cheap=True,
    finds=NEAR_CHECKS,
):
    """Every row joins the most similar kept row that is preferred to it, at `threshold` or above, or is kept itself. So
    the similarity of every row to its kept row is `threshold` or more (`analysis.duplicates.groups`).

    `near_group` is the position of the kept row, `near_similarity` the Jaccard index with it, 1 for the kept row;
    both are null for a row in no group. `is_near_extra` is true for all rows of a group but the kept one; null where
    there is no text. `keep` says which row is preferred (`analysis.duplicates.policies`), with `sources` for
    keep="source": the values of the role source in order of preference, joined by "~". Rows whose status is `capped`
    come last. The dataset fills in the keys `of_…`.
    """

    threshold: float = THRESHOLD
    keep: Keep = "first"
    sources: str = ""
    source: str = ""
    of_near_pairs: str = ""
    of_times: str = ""
    of_lengths: str = ""

    def __post_init__(self) -> None:
        check_choice(self.keep, Keep, "The row kept")
        if not isinstance(self.threshold, float | int) or not 0.5 <= self.threshold <= 1:
            raise SignalError(f"A threshold is from 0.5 to 1, not {self.threshold!r}.")
        if (self.keep == "source") != bool(self.sources):
            raise SignalError('Sources are named if, and only if, keep is "source".')

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        capped = (rows["near_status"] == "capped").fill_null(False)
        order = in_order(rows, self.keep, split_values(self.sources), last=capped)
        grouped = groups(pairs_of(rows["near_neighbours"]), order, self.threshold)
        return pl.DataFrame(grouped.columns("near", rows["near_neighbours"].is_not_null()))
