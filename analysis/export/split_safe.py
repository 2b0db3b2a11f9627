"""Which rows are left out so that no split of a dataset holds a copy of a row of another split?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.duplicates.groups import pairs_of
from analysis.duplicates.splits import MOST, Splits, evaluation_splits, leaving, protecting, splits_of
from analysis.errors import ExportError
from analysis.export.request import ExportRequest


def protected_splits(dataset: Dataset, column: str, protect: Sequence[str] = ()) -> tuple[Splits, list[str]]:
    """The splits of a column in the order in which they stay whole, and those that are protected (`protecting`).

    Raises ExportError where the column is not one of splits, DuplicatesError where a name is no split.
    """
    if column not in (*dataset.originals, "source_file"):
        raise ExportError(
            f"There is no column {column!r} of splits; the columns are {', '.join(dataset.originals)}, source_file."
        )
    values = dataset.column(column)
    if (count := values.drop_nulls().n_unique()) > MOST:
        raise ExportError(f"{column} has {count:,} values, and splits are at most {MOST}; name another column.")
    return protecting(splits_of(values), protect)


def split_safe(dataset: Dataset, column: str, splits: Splits, mask: pl.Series) -> Iterator[tuple[str, pl.Series]]:
    """For each split that loses rows because of another split, the reason and the rows that pass."""
    groups = dataset.signal("near_groups")
    chosen = np.where(mask.to_numpy(), splits.of, -1)
    threshold = float(str(groups.parameters["threshold"]))
    pairs_of_rows = pairs_of(dataset.column("near_neighbours"))
    left = leaving(pairs_of_rows, dataset.column("text_group"), chosen, threshold, [dataset.column("near_group")])
    pairs = pl.DataFrame({"of": splits.of, "by": left}).filter(pl.col("by") >= 0).unique().sort("of", "by")
    for of, by in pairs.iter_rows():
        stays = pl.Series(~((splits.of == of) & (left == by)))
        yield f"{column} {splits.names[of]}: near or equal to a row of {splits.names[by]}", stays
    if pairs.is_empty():
        yield f"no row is near or equal to one with another {column}", mask


def protection(request: ExportRequest, protected: Sequence[str]) -> list[str]:
    """Which splits are protected, and why, as a sentence; none where the export is not split-safe."""
    if not protected:
        return []
    names = " and ".join(protected)
    verb = "stays" if len(protected) == 1 else "stay"
    stays = f"Of {request.split_safe}, {names} {verb} whole: copies in other splits are left out."
    if request.protect or evaluation_splits(protected):
        return [stays]
    return [f"{stays} No name is that of an evaluation split, so the smallest split is protected."]
