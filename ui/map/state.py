"""What the map is drawn from, and what is counted of its clusters: kept while vectors, view, tags and names stay."""

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
from ui.slices import asked

CONTEXT_POINTS = 3_000  # of the most points: rows outside the view
CELLS = 100  # more would be finer than the points that lie over them, and are sent with every change of the view
Names = dict[tuple[str, int], ClusterName]
LEVELS: dict[Level, str] = {"cluster": "Clusters", "cluster_group": "Groups of clusters"}


class Points(NamedTuple):
    """Positions of the rows drawn: those in view, and of the others some as context."""

    inside: pl.Series
    outside: pl.Series


class Left(NamedTuple):
    """Rows in view: all, those with a place, placed among the fitted ones, in no cluster, without a place."""

    rows: int
    placed: int
    afterwards: int
    apart: int
    nowhere: int


def key_of(dataset: Dataset, view: View, *more: str) -> tuple[str, ...]:
    """What tells an answer about a view of this map from any other."""
    made = (dataset.signal(name).key for name in ("map", "clusters"))
    return asked.key_of(dataset, view, *made, *more)


def bounds(dataset: Dataset) -> Bounds:
    return _bounds((dataset.id, dataset.signal("map").key), dataset)


@st.cache_resource(max_entries=16, show_spinner=False)
def _bounds(key: tuple[str, ...], _dataset: Dataset) -> Bounds:
    return drawing.bounds(_dataset)


def is_one_place(dataset: Dataset) -> bool:
    """Whether all rows that have a place have the same one."""
    x, y = own_column(dataset, "map_x"), own_column(dataset, "map_y")
    return x.min() == x.max() and y.min() == y.max()


def density(dataset: Dataset, view: View) -> Density:
    """How many rows of the view lie where."""
    return _density(key_of(dataset, view), dataset, view)


@st.cache_resource(max_entries=24, show_spinner=False)
def _density(key: tuple[str, ...], _dataset: Dataset, _view: View) -> Density:
    numbers = _cell_numbers((_dataset.id, _dataset.signal("map").key), _dataset)
    return drawing.counted(numbers, bounds(_dataset), _dataset.rows_of(_view) if _view.active else None, CELLS)


@st.cache_resource(max_entries=8, show_spinner=False)
def _cell_numbers(key: tuple[str, ...], _dataset: Dataset) -> pl.Series:
    return drawing.cell_numbers(_dataset, CELLS)


def points(dataset: Dataset, view: View) -> Points:
    return _points(key_of(dataset, view), dataset, view)


@st.cache_resource(max_entries=24, show_spinner=False)
def _points(key: tuple[str, ...], _dataset: Dataset, _view: View) -> Points:
    rows = _dataset.rows_of(_view)
    if len(rows) == _dataset.height:
        return Points(drawing.drawn(_dataset, rows), rows.clear())
    is_outside = np.ones(_dataset.height, np.bool_)
    is_outside[rows.to_numpy()] = False
    others = pl.Series("row", np.flatnonzero(is_outside), dtype=pl.UInt32)
    context = drawing.drawn(_dataset, others, CONTEXT_POINTS)
    return Points(drawing.drawn(_dataset, rows, MOST_POINTS - len(context)), context)


def left(dataset: Dataset, view: View) -> Left:
    return _left(key_of(dataset, view), dataset, view)


@st.cache_resource(max_entries=48, show_spinner=False)
def _left(key: tuple[str, ...], _dataset: Dataset, _view: View) -> Left:
    rows = _dataset.rows_of(_view)
    apart, nowhere = cards_of.apart(_dataset, rows)
    afterwards = int(own_column(_dataset, "is_placed").gather(rows).sum())
    return Left(len(rows), len(rows) - nowhere, afterwards, apart, nowhere)


def without_own(view: View) -> View:
    """The view less its filters on clusters: what cards and treemap count, so that the other clusters stay in sight."""
    for column in LEVELS:
        view = view.without_column(column)
    return view


def cards(dataset: Dataset, view: View, level: Level) -> pl.DataFrame:
    """A line per cluster with rows in view, most rows first, under the names that people gave them."""
    names = session.notes().names.given(dataset.fingerprint, dataset.signal("clusters").key)
    made = [f"{dataset.signal(name).key} {dataset.has(dataset.signal(name))}" for name in ("tokens", "verb_noun")]
    called = [f"{of} {given.name}" for of, given in sorted(names.items())]
    return _cards(key_of(dataset, view, level, *made, "", *called), dataset, view, level, names, tuple(made))


@st.cache_resource(max_entries=64, show_spinner=False)
def _cards(
    key: tuple[str, ...], _dataset: Dataset, _view: View, _level: Level, _names: Names, _made: tuple[str, ...]
) -> pl.DataFrame:
    found = _found((_dataset.id, _dataset.signal("clusters").key, _level, *_made), _dataset, _level)
    counted = cards_of.counts(_dataset, _dataset.rows_of(_view), _level)
    shown = found.drop("rows", "share", "tokens", "mean_score").join(counted, on="cluster")
    return renamed(shown, _level, _names).sort(["rows", "cluster"], descending=[True, False])


@st.cache_resource(max_entries=8, show_spinner="Reading the clusters …")
def _found(key: tuple[str, ...], _dataset: Dataset, _level: Level) -> pl.DataFrame:
    """What is true of a cluster whatever the view: its found name, words, pairs, typical rows."""
    return cards_of.cluster_cards(_dataset, _dataset.rows_of(View()), _level)
