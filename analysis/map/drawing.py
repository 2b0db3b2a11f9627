"""What the picture of a map needs: its bounds, how many rows are where, which points and which names are drawn."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.map.chosen import own_column

MOST_POINTS = 15_000
MARGIN_SHARE = 0.03
# of a map 596 pixels high: 7 pixels for a letter of a wide font, 18 pixels for a line
LETTER_SHARE, LINE_SHARE = 0.0118, 0.03


class Bounds(NamedTuple):
    """The corners of the map, with a margin."""

    left: float
    bottom: float
    right: float
    top: float


class Density(NamedTuple):
    """Rows in each cell of a grid, uint32 [cells, cells], its first axis from bottom to top; and its bounds."""

    rows: np.ndarray[tuple[int, ...], np.dtype[np.uint32]]
    bounds: Bounds


def bounds(dataset: Dataset) -> Bounds:
    """Of all rows that have a place; a unit square where none has."""
    x, y = own_column(dataset, "map_x").drop_nulls(), own_column(dataset, "map_y").drop_nulls()
    if x.is_empty():
        return Bounds(0.0, 0.0, 1.0, 1.0)
    edges = np.array([[x.min(), y.min()], [x.max(), y.max()]], dtype=np.float64)
    margin = np.maximum((edges[1] - edges[0]) * MARGIN_SHARE, 0.5)
    low, high = edges[0] - margin, edges[1] + margin
    return Bounds(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def density(dataset: Dataset, rows: pl.Series | None = None, cells: int = 150) -> Density:
    """How many of the rows at these positions, or of all, are in each cell of a grid."""
    return counted(cell_numbers(dataset, cells), bounds(dataset), rows, cells)


def cell_numbers(dataset: Dataset, cells: int) -> pl.Series:
    """The cell of each row in a grid over the map, counted from the bottom left, row by row; null without a place."""
    edges = bounds(dataset)
    x, y = own_column(dataset, "map_x"), own_column(dataset, "map_y")
    across = ((x - edges.left) * (cells / (edges.right - edges.left))).cast(pl.Int32).clip(0, cells - 1)
    up = ((y - edges.bottom) * (cells / (edges.top - edges.bottom))).cast(pl.Int32).clip(0, cells - 1)
    return (up * cells + across).alias("cell")


def counted(numbers: pl.Series, edges: Bounds, rows: pl.Series | None, cells: int) -> Density:
    """The rows at these positions, or all, per cell of a grid whose cell numbers are given."""
    inside = (numbers if rows is None else numbers.gather(rows)).drop_nulls().to_numpy()
    per_cell = np.bincount(inside, minlength=cells * cells)
    return Density(per_cell.astype(np.uint32).reshape(cells, cells), edges)


def drawn(dataset: Dataset, rows: pl.Series, most: int = MOST_POINTS, seed: int = 0) -> pl.Series:
    """At most `most` of the rows at these positions that have a place, ascending.

    The order of the rows depends on the seed only, not on the view, so that a narrower view keeps its points.
    """
    wanted = np.zeros(dataset.height, np.bool_)
    wanted[rows.to_numpy()] = True
    if (x := own_column(dataset, "map_x")).null_count():
        wanted &= x.is_not_null().to_numpy()
    order, seen = _order(dataset.height, seed), 4 * most
    chosen = order[:seen][wanted[order[:seen]]]
    while len(chosen) < most and seen < len(order):
        seen *= 4
        chosen = order[:seen][wanted[order[:seen]]]
    return pl.Series(rows.name, np.sort(chosen[:most]), dtype=pl.UInt32)


@functools.lru_cache(maxsize=4)
def _order(rows: int, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """The rows in random order; cached, since shuffling a million rows is too slow for a page."""
    return np.random.default_rng(seed).permutation(rows).astype(np.int32)


def labels(cards: pl.DataFrame, of: Bounds, most: int = 40) -> pl.DataFrame:
    """The lines of the cards (`name`, `x`, `y`, largest first) whose names do not overlap an earlier one."""
    side = max(of.right - of.left, of.top - of.bottom)
    kept: list[int] = []
    boxes: list[tuple[float, float, float]] = []
    for number, card in enumerate(cards.iter_rows(named=True)):
        x, y = card["x"] / side, card["y"] / side
        half = len(card["name"]) * LETTER_SHARE / 2
        if len(kept) < most and not any(abs(x - a) < half + b and abs(y - c) < LINE_SHARE for a, b, c in boxes):
            kept.append(number)
            boxes.append((x, half, y))
    return cards[kept]
