"""Which rows of a finding should a person read? A random order in which every slice has its share from the start."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from analysis.dataset import Dataset
from analysis.view import View

AT_ONCE = 10
SLICED_BY = ("source", "annotator", "split")  # roles, the first that the dataset has
OTHER_SLICES = ("layout", "source_file")


def slice_column(dataset: Dataset) -> str | None:
    """The column by which examples are drawn: that of a role, or the layout or the file of a row; null without one."""
    roles = [dataset.roles[role] for role in SLICED_BY if role in dataset.roles]
    others = [name for name in OTHER_SLICES if name in dataset.schema]
    several = (name for name in (*roles, *others) if dataset.column(name).n_unique() > 1)
    return next(several, None)


def examples(dataset: Dataset, view: View, seed: int, most: int | None = None) -> pl.Series:
    """The rows of a view in the order in which to read them: any ten in a row are examples across the slices.

    The order is random and the same for a dataset and a seed. Within it the slices take turns by their sizes: the
    first n rows have as many of each slice as the method of Webster and Sainte-Laguë gives it of n seats, so that the
    next ten rows continue what the first ten began. `most`: so many from the beginning, which takes a fraction of the
    time where there are many rows.
    """
    rows = dataset.rows_of(view)
    shuffled = rows.gather(np.random.default_rng(seed).permutation(len(rows)))
    by = slice_column(dataset)
    most = len(rows) if most is None else min(most, len(rows))
    if by is None or not most:
        return shuffled.head(most)
    turn = _turns(dataset.column(by).gather(shuffled))
    first = np.flatnonzero(turn <= np.partition(turn, most - 1)[most - 1])
    return shuffled.gather(first[np.argsort(turn[first], kind="stable")][:most])


def _turns(slices: pl.Series) -> npt.NDArray[np.float64]:
    """When each row has its turn: the n-th of a slice of m rows at (n - 1/2) / m."""
    values = slices.hash() if slices.dtype.is_nested() else slices
    names = values.cast(pl.String).fill_null("\0")  # rows without a value are a slice too
    codes = names.cast(pl.Enum(names.unique())).to_physical().to_numpy()
    sizes = np.bincount(codes)
    by_slice = np.argsort(codes, kind="stable")
    number = np.empty(len(codes), np.int64)
    number[by_slice] = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    turns: npt.NDArray[np.float64] = (number + 0.5) / sizes[codes]
    return turns
