"""Which rows of one split or file are copies of rows in another?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.groups import Pairs

MOST = 62  # splits that are distinguished, as bits of one number; all others are one split
OTHERS = "(other values)"


class Splits(NamedTuple):
    """`names` of the splits, fewest rows first, ties by name; `of` is the number of each row's split, -1 for none."""

    names: list[str]
    of: NDArray[np.int64]


def splits_of(column: pl.Series) -> Splits:
    """The values of a column as splits; of more than 62 values the rarest form one split, "(other values)"."""
    text = column.cast(pl.String).alias("split")
    counted = text.drop_nulls().value_counts(name="rows").sort("rows", "split", descending=[True, False])
    common = counted["split"].head(MOST - 1 if counted.height > MOST else MOST).to_list()
    if counted.height > MOST:
        text = pl.select(
            pl.when(text.is_null() | text.is_in(common)).then(text).otherwise(pl.lit(OTHERS)).alias("split")
        ).to_series()
        counted = text.drop_nulls().value_counts(name="rows")
    names: list[str] = counted.sort("rows", "split")["split"].to_list()
    places = {name: number for number, name in enumerate(names)}
    return Splits(names, text.replace_strict(places, default=-1, return_dtype=pl.Int64).to_numpy())


def near_splits(
    pairs: Pairs, groups: Sequence[pl.Series], splits: NDArray[np.int64], threshold: float
) -> NDArray[np.uint64]:
    """Per row a set of splits, bit s for split s: its own split, and those of the rows that are similar to it at
    `threshold` or above, equal to it, or in a group with it. `groups` are columns of group numbers.
    """
    own_bits = np.where(splits >= 0, np.uint64(1) << np.maximum(splits, 0).astype(np.uint64), np.uint64(0))
    bits = own_bits.copy()
    rows = np.flatnonzero(pairs.node >= 0)
    of_node = np.zeros(len(pairs.first), np.uint64)
    np.bitwise_or.at(of_node, pairs.node[rows], own_bits[rows])
    near = pairs.similarity >= np.float32(threshold)
    nodes = np.repeat(np.arange(len(pairs.first)), np.diff(pairs.start))[near]
    reached = of_node.copy()
    np.bitwise_or.at(reached, nodes, of_node[pairs.other[near]])
    bits[rows] |= reached[pairs.node[rows]]
    for column in groups:
        rows = column.is_not_null().arg_true().to_numpy()
        number = column.gather(rows).to_numpy()
        together = np.zeros(len(column) + 1, np.uint64)
        np.bitwise_or.at(together, number, own_bits[rows])
        bits[rows] |= together[number]
    return bits


def leaving(
    pairs: Pairs, groups: Sequence[pl.Series], splits: NDArray[np.int64], threshold: float
) -> NDArray[np.int64]:
    """Per row the split because of which it is dropped, -1 where it stays: of rows that are similar or equal, those of
    the split with the lowest number stay. Rows that are dropped already cause no other row to be dropped.
    """
    left = np.full(len(splits), -1, np.int64)
    for number in range(1, int(splits.max(initial=0)) + 1):
        staying = np.where((splits < number) & (left < 0), splits, -1)
        near = near_splits(pairs, groups, staying, threshold)
        for first in range(number):
            touched = (splits == number) & (left < 0) & (near >> np.uint64(first) & np.uint64(1) == 1)
            left[touched] = first
    return left


def crossing(pairs: Pairs, splits: NDArray[np.int64], one: int, other: int, threshold: float) -> pl.DataFrame:
    """`a`, `b`, `similarity`: pairs of similar or equal texts of the splits `one` and `other`, each with the first row
    of the text in its split; the most similar first.
    """
    rows = np.flatnonzero(pairs.node >= 0)
    rep = {}
    for split in (one, other):
        inside = rows[splits[rows] == split]
        nodes, first = np.unique(pairs.node[inside], return_index=True)
        rep[split] = np.full(len(pairs.first), -1, np.int64)
        rep[split][nodes] = inside[first]
    near = pairs.similarity >= np.float32(threshold)
    every = np.arange(len(pairs.first))
    left = np.concatenate([every, np.repeat(every, np.diff(pairs.start))[near]])
    right = np.concatenate([every, pairs.other[near].astype(np.int64)])
    similarity = np.concatenate([np.ones(len(every), np.float32), pairs.similarity[near]])
    a, b = rep[one][left], rep[other][right]
    both = (a >= 0) & (b >= 0)
    table = pl.DataFrame({"a": a[both], "b": b[both], "similarity": similarity[both]})
    return table.sort("similarity", "a", "b", descending=[True, False, False])
