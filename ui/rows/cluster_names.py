"""The names of clusters: generated ones, or those that people gave."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.map.cards import names_of
from analysis.map.clusters_signal import LEVELS, Level
from analysis.slices.splits import Split
from analysis.view import Filter
from ui.session import session
from ui.session.cache_keys import Key, key_of

UNCLUSTERED = "not in a cluster"


def of_level(dataset: Dataset, level: Level) -> dict[int, str]:
    """The name of each cluster by its number, whatever the view."""
    signal = dataset.signal("clusters")
    given = session.notes().names.given(dataset.fingerprint, signal.key)
    renamed = {number: called.name for (of, number), called in given.items() if of == level}
    return _generated_names(key_of(dataset, signal, more=(level,)), dataset, level) | renamed


@st.cache_resource(max_entries=8, show_spinner=False)
def _generated_names(key: Key, _dataset: Dataset, _level: Level) -> dict[int, str]:
    table = names_of(_dataset).filter(pl.col("level") == _level)
    return dict(zip(table["cluster"].to_list(), table["name"].to_list(), strict=True))


def words(dataset: Dataset, f: Filter) -> str | None:
    """The sentence of a filter on a cluster, with the cluster's name; None for any other filter."""
    level = _level(dataset, f.column)
    if level is None or f.op not in ("eq", "ne") or not f.value.lstrip("-").isdecimal():
        return None
    name = _by_number(dataset, level).get(f.value)
    return f"{f.sentence} ({name})" if name else f.sentence


def called(dataset: Dataset, split: Split) -> Split:
    """Slices by cluster, named by number and name; any other slices stay as they are."""
    level = _level(dataset, split.dimension.column)
    if level is None:
        return split
    of = _by_number(dataset, level)
    names = (f"{name} ({of[name]})" if name in of else name for name in split.names)
    return replace(split, names=tuple(names))


def _level(dataset: Dataset, column: str) -> Level | None:
    """The level whose numbers a column holds; None for a column of the source, and if no clusters are computed."""
    level = next((name for name in LEVELS if name == column and column not in dataset.originals), None)
    return level if dataset.has(dataset.signal("clusters")) else None


def _by_number(dataset: Dataset, level: Level) -> dict[str, str]:
    return {"-1": UNCLUSTERED} | {str(number): name for number, name in of_level(dataset, level).items()}
