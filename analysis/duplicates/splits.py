"""Which rows of one split, or file, say what a row of another says?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.groups import Pairs

MOST = 62  # splits told apart, as bits of one number; the rows of further ones stand together
OTHERS = "(other values)"


class Splits(NamedTuple):
    """`names` of the splits, fewest rows first, ties by name; `of` is the number of each row's split, -1 for none."""

    names: list[str]
    of: NDArray[np.int64]


def splits_of(column: pl.Series) -> Splits:
    """The values of a column as splits; of more than 62 the rarest stand together as the last but one or so."""
    text = column.cast(pl.String).alias("split")
    counted = text.drop_nulls().value_counts(name="rows").sort("rows", "split", descending=[True, False])
    common = counted["split"].head(MOST - 1 if counted.height > MOST else MOST).to_list()
    if counted.height > MOST:
        text = pl.select(
            pl.when(text.is_null() | text.is_in(common)).then(text).otherwise(pl.lit(OTHERS)).alias("split")
        ).to_series()
        counted = text.drop_nulls().value_counts(name="rows")
    names: list[str] = counted.sort("rows", "split")["split"].to_list()
    places = {name: at for at, name in enumerate(names)}
    return Splits(names, text.replace_strict(places, default=-1, return_dtype=pl.Int64).to_numpy())


def near_splits(
    pairs: Pairs, groups: Sequence[pl.Series], splits: NDArray[np.int64], threshold: float
) -> NDArray[np.uint64]:
    """Per row a set of splits, bit s for split s: those of the rows that are near to it, equal to it, or in a group
    with it, its own among them. Near are pairs at `threshold` or above; `groups` are columns of group numbers.
    """
    own = np.where(splits >= 0, np.uint64(1) << np.maximum(splits, 0).astype(np.uint64), np.uint64(0))
    found = own.copy()
    rows = np.flatnonzero(pairs.node >= 0)
    of_node = np.zeros(len(pairs.first), np.uint64)
    np.bitwise_or.at(of_node, pairs.node[rows], own[rows])
    near = pairs.similarity >= np.float32(threshold)
    at = np.repeat(np.arange(len(pairs.first)), np.diff(pairs.start))[near]
    reached = of_node.copy()
    np.bitwise_or.at(reached, at, of_node[pairs.other[near]])
    found[rows] |= reached[pairs.node[rows]]
    for column in groups:
        rows = column.is_not_null().arg_true().to_numpy()
        number = column.gather(rows).to_numpy()
        together = np.zeros(len(column) + 1, np.uint64)
        np.bitwise_or.at(together, number, own[rows])
        found[rows] |= together[number]
    return found


def leaving(
    pairs: Pairs, groups: Sequence[pl.Series], splits: NDArray[np.int64], threshold: float
) -> NDArray[np.int64]:
    """Per row the split on whose account it leaves, -1 where it stays: of rows that are near or equal, those of the
    first split stay. Splits go by number; a row that has left takes no other with it.
    """
    left = np.full(len(splits), -1, np.int64)
    for number in range(1, int(splits.max(initial=0)) + 1):
        there = np.where((splits < number) & (left < 0), splits, -1)
        near = near_splits(pairs, groups, there, threshold)
        for first in range(number):
            touched = (splits == number) & (left < 0) & (near >> np.uint64(first) & np.uint64(1) == 1)
            left[touched] = first
    return left


def crossing(pairs: Pairs, splits: NDArray[np.int64], one: int, other: int, threshold: float) -> pl.DataFrame:
    """`a`, `b`, `similarity`: the first row of each text of split `one` with that of each near or equal text of split
    `other`, the most similar first.
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
    at = np.concatenate([every, np.repeat(every, np.diff(pairs.start))[near]])
    to = np.concatenate([every, pairs.other[near].astype(np.int64)])
    similarity = np.concatenate([np.ones(len(every), np.float32), pairs.similarity[near]])
    a, b = rep[one][at], rep[other][to]
    both = (a >= 0) & (b >= 0)
    table = pl.DataFrame({"a": a[both], "b": b[both], "similarity": similarity[both]})
    return table.sort("similarity", "a", "b", descending=[True, False, False])
