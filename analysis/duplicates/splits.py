"""Which rows of one split or file are copies of rows in another?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.groups import Pairs
from analysis.errors import DuplicatesError

MOST = 62  # splits that are distinguished, as bits of one number; all others are one split
OTHERS = "(other values)"
EVALUATION = (
    {"test", "tests", "testing", "testset"},
    {"eval", "evals", "evaluation", "benchmark", "heldout", "holdout", "holdback"},
    {"validation", "validate", "valid", "val", "dev", "devel", "development"},
)


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


def evaluation_splits(names: Sequence[str]) -> list[str]:
    """The splits that are for evaluation by their names, a test before a validation set: test, eval, validation, dev,
    held-out and such, also as a part of a name ("gsm8k_test.jsonl")."""
    return [name for kind in EVALUATION for name in sorted(names) if _words(name) & kind]


def _words(name: str) -> set[str]:
    """The words of a name, and each two in a row as one: held-out gives held, out and heldout."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    return {*words, *(one + other for one, other in itertools.pairwise(words))}


def protecting(splits: Splits, protect: Sequence[str] = ()) -> tuple[Splits, list[str]]:
    """The splits in the order in which they stay whole: those to `protect`, then the others, fewest rows first; and
    the names of those that are protected.

    Where none is named these are the evaluation splits; where no name is one of evaluation, the smallest split.
    Raises DuplicatesError where a name is no split.
    """
    if unknown := [name for name in protect if name not in splits.names]:
        raise DuplicatesError(
            f"There is no split {unknown[0]!r} to protect; the splits are {', '.join(splits.names) or 'none'}."
        )
    first = list(dict.fromkeys(protect)) or evaluation_splits(splits.names) or splits.names[:1]
    names = [*first, *(name for name in splits.names if name not in first)]
    places = np.array([names.index(name) for name in splits.names] + [-1], np.int64)
    return Splits(names, places[splits.of]), first


def _together(bits: NDArray[np.uint64], column: pl.Series) -> NDArray[np.uint64]:
    """The bits of each row, with those of all rows of its group."""
    rows = column.is_not_null().arg_true().to_numpy()
    number = column.gather(rows).to_numpy()
    groups = np.zeros(len(column) + 1, np.uint64)
    np.bitwise_or.at(groups, number, bits[rows])
    joined = bits.copy()
    joined[rows] |= groups[number]
    return joined


def near_splits(
    pairs: Pairs,
    equal: pl.Series,
    splits: NDArray[np.int64],
    threshold: float,
    groups: Sequence[pl.Series] = (),
) -> NDArray[np.uint64]:
    """Per row a set of splits, bit s for split s: its own split, and those of the rows that are similar to it at
    `threshold` or above, equal to it, or in a group with it, or to which an equal row is similar.

    `equal` is a column of the numbers of groups of equal rows, `groups` are columns of other groups.
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
        bits |= _together(own_bits, column)
    return _together(bits, equal)


def leaving(
    pairs: Pairs,
    equal: pl.Series,
    splits: NDArray[np.int64],
    threshold: float,
    groups: Sequence[pl.Series] = (),
) -> NDArray[np.int64]:
    """Per row the split because of which it is dropped, -1 where it stays: of rows that are similar or equal, those of
    the split with the lowest number stay. Rows that are dropped already cause no other row to be dropped.
    """
    left = np.full(len(splits), -1, np.int64)
    for number in range(1, int(splits.max(initial=0)) + 1):
        staying = np.where((splits < number) & (left < 0), splits, -1)
        near = near_splits(pairs, equal, staying, threshold, groups)
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
