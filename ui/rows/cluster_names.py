"""What clusters are called: as they were found, or as people renamed them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.map.clusters_signal import LEVELS, Level
from analysis.slices.splits import Split
from analysis.view import Filter
from ui.session import session
from ui.session.cache_keys import Key, key_of

APART = "apart from all"


def of_level(dataset: Dataset, level: Level) -> dict[int, str]:
    """What each cluster is called, whatever the view."""
    signal = dataset.signal("clusters")
    given = session.notes().names.given(dataset.fingerprint, signal.key)
    own = {number: called.name for (of, number), called in given.items() if of == level}
    return _found_names(key_of(dataset, signal, more=(level,)), dataset, level) | own


@st.cache_resource(max_entries=8, show_spinner=False)
def _found_names(key: Key, _dataset: Dataset, _level: Level) -> dict[int, str]:
    table = _dataset.table(_dataset.signal("clusters"), "names").filter(pl.col("level") == _level)
    return dict(zip(table["cluster"].to_list(), table["name"].to_list(), strict=True))


def words(dataset: Dataset, f: Filter) -> str | None:
    """A filter on a cluster with the cluster's name, as its number alone would tell nothing; None for any other."""
    level = _level(dataset, f.column)
    if level is None or f.op not in ("eq", "ne") or not f.value.lstrip("-").isdecimal():
        return None
    name = _by_number(dataset, level).get(f.value)
    return f"{f.sentence} ({name})" if name else f.sentence


def called(dataset: Dataset, split: Split) -> Split:
    """Slices by cluster under number and name; any other as they are."""
    level = _level(dataset, split.dimension.column)
    if level is None:
        return split
    of = _by_number(dataset, level)
    names = (f"{name} ({of[name]})" if name in of else name for name in split.names)
    return replace(split, names=tuple(names))


def _level(dataset: Dataset, column: str) -> Level | None:
    """The level whose numbers a column holds; None for a column of the source's own and where there are no clusters."""
    level = next((own for own in LEVELS if own == column and column not in dataset.originals), None)
    return level if dataset.has(dataset.signal("clusters")) else None


def _by_number(dataset: Dataset, level: Level) -> dict[str, str]:
    return {"-1": APART} | {str(number): name for number, name in of_level(dataset, level).items()}
