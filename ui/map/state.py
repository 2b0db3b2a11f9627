"""The data of the map and the counts of its clusters: cached while vectors, view, tags and names stay the same."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
import streamlit as st

from analysis.annotations.cluster_names import ClusterName, renamed
from analysis.dataset import Dataset
from analysis.map import cards as cards_of
from analysis.map import drawing
from analysis.map.chosen import own_column
from analysis.map.clusters_signal import Level
from analysis.map.drawing import MOST_POINTS, Bounds, Density
from analysis.view import View
from ui.session import session
from ui.session.cache_keys import Key, key_of

CONTEXT_POINTS = 3_000  # of the most points: rows outside the view
CELLS = (
    100  # per side; more would be finer than the points drawn over them, and all are sent with every change of the view
)
READ_BY_CARDS = ("clusters", "tokens", "verb_noun")
Names = dict[tuple[str, int], ClusterName]
LEVELS: dict[Level, str] = {"cluster": "Clusters", "cluster_group": "Groups of clusters"}


class Points(NamedTuple):
    """Positions of the rows drawn: those in view, and some others as context."""

    inside: pl.Series
    outside: pl.Series


class Left(NamedTuple):
    """Counts of rows in view: all, on the map, placed after the layout, in no cluster, not on the map."""

    rows: int
    placed: int
    afterwards: int
    apart: int
    nowhere: int


def key_of_map(dataset: Dataset, view: View | None = None, *reads: str) -> Key:
    """Cache key of an answer about a view of this map and these columns."""
    return key_of(dataset, *reads, *map(dataset.signal, ("embedding", "map", "clusters")), view=view)


def bounds(dataset: Dataset) -> Bounds:
    return _bounds(key_of_map(dataset), dataset)


@st.cache_resource(max_entries=16, show_spinner=False)
def _bounds(key: Key, _dataset: Dataset) -> Bounds:
    return drawing.bounds(_dataset)


def is_one_place(dataset: Dataset) -> bool:
    """Whether all rows that have a place have the same one."""
    x, y = own_column(dataset, "map_x"), own_column(dataset, "map_y")
    return x.min() == x.max() and y.min() == y.max()


def density(dataset: Dataset, view: View) -> Density:
    """How many rows of the view are in each cell of the map."""
    return _density(key_of_map(dataset, view), dataset, view)


@st.cache_resource(max_entries=24, show_spinner=False)
def _density(key: Key, _dataset: Dataset, _view: View) -> Density:
    numbers = _cell_numbers(key_of_map(_dataset), _dataset)
    return drawing.counted(numbers, bounds(_dataset), _dataset.rows_of(_view) if _view.active else None, CELLS)


@st.cache_resource(max_entries=8, show_spinner=False)
def _cell_numbers(key: Key, _dataset: Dataset) -> pl.Series:
    return drawing.cell_numbers(_dataset, CELLS)


def points(dataset: Dataset, view: View) -> Points:
    return _points(key_of_map(dataset, view), dataset, view)


@st.cache_resource(max_entries=24, show_spinner=False)
def _points(key: Key, _dataset: Dataset, _view: View) -> Points:
    rows = _dataset.rows_of(_view)
    if len(rows) == _dataset.height:
        return Points(drawing.drawn(_dataset, rows), rows.clear())
    is_outside = np.ones(_dataset.height, np.bool_)
    is_outside[rows.to_numpy()] = False
    others = pl.Series("row", np.flatnonzero(is_outside), dtype=pl.UInt32)
    context = drawing.drawn(_dataset, others, CONTEXT_POINTS)
    return Points(drawing.drawn(_dataset, rows, MOST_POINTS - len(context)), context)


def left(dataset: Dataset, view: View) -> Left:
    return _left(key_of_map(dataset, view), dataset, view)


@st.cache_resource(max_entries=48, show_spinner=False)
def _left(key: Key, _dataset: Dataset, _view: View) -> Left:
    rows = _dataset.rows_of(_view)
    apart, nowhere = cards_of.apart(_dataset, rows)
    afterwards = int(own_column(_dataset, "is_placed").gather(rows).sum())
    return Left(len(rows), len(rows) - nowhere, afterwards, apart, nowhere)


def without_own(view: View) -> View:
    """The view without its filters on clusters: cards count it, so that they show all clusters."""
    for column in LEVELS:
        view = view.without_column(column)
    return view


def cards(dataset: Dataset, view: View, level: Level) -> pl.DataFrame:
    """A line per cluster with rows in view, most rows first, under the names that people gave them."""
    names = session.notes().names.given(dataset.fingerprint, dataset.signal("clusters").key)
    called = (f"{of} {given.name}" for of, given in sorted(names.items()))
    key = key_of(dataset, *map(dataset.signal, READ_BY_CARDS), view=view, more=(level, *called))
    return _cards(key, dataset, view, level, names)


@st.cache_resource(max_entries=64, show_spinner=False)
def _cards(key: Key, _dataset: Dataset, _view: View, _level: Level, _names: Names) -> pl.DataFrame:
    fixed = _found(key_of(_dataset, *map(_dataset.signal, READ_BY_CARDS), more=(_level,)), _dataset, _level)
    counted = cards_of.counts(_dataset, _dataset.rows_of(_view), _level)
    shown = fixed.drop("rows", "share", "tokens", "mean_score").join(counted, on="cluster")
    return renamed(shown, _level, _names).sort(["rows", "cluster"], descending=[True, False])


@st.cache_resource(max_entries=8, show_spinner="Reading the clusters …")
def _found(key: Key, _dataset: Dataset, _level: Level) -> pl.DataFrame:
    """What does not depend on the view: generated name, words, pairs and typical rows of each cluster."""
    return cards_of.cluster_cards(_dataset, _dataset.rows_of(View()), _level)
