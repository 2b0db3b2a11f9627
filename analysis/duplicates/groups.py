"""Which row is kept for which others? Groups in which every row is similar to the kept row itself: no chains."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

THRESHOLD = 0.7
THRESHOLDS = tuple(round(0.5 + 0.01 * step, 2) for step in range(51))


class Pairs(NamedTuple):
    """Pairs of similar rows among `height` rows, listed under both rows; computed once, then grouped at any threshold.

    Rows that are equal to each other (similarity 1) are one node: `node[x]` is the node of row x, -1 for a row in no
    pair; `first` is the first row of each node. The neighbours of node k are `other[start[k] : start[k + 1]]`, with
    their `similarity`.
    """

    height: int
    node: NDArray[np.int64]
    first: NDArray[np.int64]
    start: NDArray[np.int64]
    other: NDArray[np.uint32]
    similarity: NDArray[np.float32]


class Groups(NamedTuple):
    """Per row: `kept`, the row kept for it (itself where it is kept or in no group), and the similarity to that row."""

    kept: NDArray[np.int64]
    similarity: NDArray[np.float32]

    @property
    def _is_extra(self) -> NDArray[np.bool_]:
        is_extra: NDArray[np.bool_] = self.kept != np.arange(len(self.kept))
        return is_extra

    def columns(self, kind: str, compared: pl.Series) -> list[pl.Series]:
        """`KIND_group` and `KIND_similarity`, null for a row in no group;
        `is_KIND_extra`, null where not `compared`.

        `compared`: a Boolean per row, whether it was compared at all.
        """
        is_extra = self._is_extra
        grouped = is_extra.copy()
        grouped[self.kept[is_extra]] = True
        alone = pl.Series(~grouped)
        return [
            pl.Series(f"{kind}_group", self.kept, dtype=pl.UInt32).set(alone, None),
            pl.Series(f"{kind}_similarity", self.similarity, dtype=pl.Float32).set(alone, None),
            pl.Series(f"is_{kind}_extra", is_extra).set(~compared, None),
        ]


def pair_table(near_neighbours: pl.Series) -> pl.DataFrame:
    """A line per pair, `a` before `b`, with its `similarity`, in row order, from the lists in near_neighbours."""
    column = near_neighbours.rename("near").to_frame().with_row_index("a")
    pairs = column.filter(pl.col("near").list.len() > 0).explode("near", empty_as_null=True).unnest("near")
    return pairs.select("a", b="row", similarity="similarity")


def pairs_of(near_neighbours: pl.Series, without: Sequence[tuple[int, int]] = ()) -> Pairs:
    """The pairs of a dataset, without the pairs (a, b) in `without`, which a person marked as different."""
    table = pair_table(near_neighbours)
    if without:
        refused = pl.DataFrame([(min(p), max(p)) for p in without], {"a": pl.UInt32, "b": pl.UInt32}, orient="row")
        table = table.join(refused, on=["a", "b"], how="anti", maintain_order="left")
    return pairs_among(len(near_neighbours), *(table[name].to_numpy() for name in ("a", "b", "similarity")))


def pairs_among(height: int, a: NDArray[np.uint32], b: NDArray[np.uint32], similarity: NDArray[np.float32]) -> Pairs:
    """As `pairs_of`, from arrays sorted by `a`, then `b`, with a < b."""
    from analysis.duplicates.kernels import grouping as loops

    equal = np.arange(height)
    loops.first_equal(a, b, similarity, equal)
    rows = np.unique(np.concatenate([a, b]))
    firsts = np.unique(equal[rows])
    number = np.full(height, -1, np.int64)
    number[firsts] = np.arange(len(firsts))
    node = np.full(height, -1, np.int64)
    node[rows] = number[equal[rows]]
    left, right = node[a], node[b]
    differ = left != right
    x, y, near = left[differ].astype(np.uint32), right[differ].astype(np.uint32), similarity[differ]
    degree = np.bincount(x, minlength=len(firsts)) + np.bincount(y, minlength=len(firsts))
    start = np.concatenate([[0], np.cumsum(degree)]).astype(np.int64)
    other, nearness = np.empty(start[-1], np.uint32), np.empty(start[-1], np.float32)
    loops.neighbours(x, y, near, start, other, nearness)
    return Pairs(height, node, firsts, start, other, nearness)


def groups(pairs: Pairs, order: NDArray[np.int64] | None = None, threshold: float = THRESHOLD) -> Groups:
    """Goes through the rows in `order` of preference, best first (file order where None). Each row joins the most
    similar kept row before it, at `threshold` or above, or is kept itself. Among equally similar rows the preferred one
    counts.

    So the similarity of every row to the row kept for it is `threshold` or more; it is the exact one of the pair. Rows
    equal to each other have the same neighbours; the best of them represents all.
    """
    best, by_rank = _in_order(pairs, order)
    leader, near = _led(pairs, by_rank, threshold)
    kept, similarity = np.arange(pairs.height), np.ones(pairs.height, np.float32)
    rows = np.flatnonzero(pairs.node >= 0)
    nodes = pairs.node[rows]
    kept[rows] = best[leader[nodes]]
    similarity[rows] = np.where(leader[nodes] == nodes, 1, near[nodes])
    return Groups(kept, similarity)


def curve(
    pairs: Pairs, order: NDArray[np.int64] | None = None, thresholds: Sequence[float] = THRESHOLDS
) -> pl.DataFrame:
    """`threshold` and `rows_to_drop`, the number of rows that would be dropped at it."""
    rows, nodes = int((pairs.node >= 0).sum()), np.arange(len(pairs.first))
    _, by_rank = _in_order(pairs, order)
    with ThreadPoolExecutor() as pool:
        led = pool.map(lambda threshold: _led(pairs, by_rank, threshold)[0], thresholds)
        dropped = [rows - int((leader == nodes).sum()) for leader in led]
    return pl.DataFrame({"threshold": thresholds, "rows_to_drop": dropped})


def _in_order(pairs: Pairs, order: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The best row of each node, and the nodes in the order of their best rows."""
    from analysis.duplicates.kernels.grouping import first_of_nodes

    if order is None:
        return pairs.first, np.arange(len(pairs.first))
    best, by_rank = np.empty_like(pairs.first), np.empty_like(pairs.first)
    first_of_nodes(pairs.node, order, best, by_rank)
    return best, by_rank


def _led(pairs: Pairs, by_rank: NDArray[np.int64], threshold: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Per node: the node kept for it, and its similarity to that node."""
    from analysis.duplicates.kernels.grouping import lead

    leader, near = np.empty_like(pairs.first), np.empty(len(pairs.first), np.float32)
    lead(pairs.start, pairs.other, pairs.similarity, by_rank, np.float32(threshold), leader, near)
    return leader, near
