"""How are the points coloured: by the commonest values of a column, or by its numbers on a scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.map.chosen import own_column
from analysis.statistics import counting
from ui.figures.paper import compact
from ui.map.figures import NAMED, Hue, Scale
from ui.session.cache_keys import Key, key_of
from ui.session.text import cut

NOTHING = "nothing"
WORDS = {NOTHING: "nothing", "cluster_group": "group of clusters", "cluster": "cluster"}
ROBUST = (0.02, 0.98)  # quantiles; a single extreme value would give all others one shade
LEVELS_OF_SCALE = 255


class Numbers(NamedTuple):
    """Each row's shade 0..254, 255 where it has no number, and the values at the ends and the middle of the scale."""

    shades: pl.Series
    ends: tuple[str, str, str]


class Lines(NamedTuple):
    """Each row's line of a table of values, and the names of its lines; the last may be "other" and "missing"."""

    numbers: pl.Series
    names: list[str]
    named: int


def choose(dataset: Dataset) -> str:
    """The column that colours the points, kept in the address."""
    schema = dataset.schema
    fitting = [
        name
        for name in dataset.shown_columns
        if name not in (*WORDS, "row_id", "source_line")
        and not dataset.is_long(name)
        and (name == "tags" or not schema[name].is_nested())
    ]
    offered = ["cluster", "cluster_group", NOTHING, *fitting]
    chosen = st.selectbox(
        "Colour by",
        offered,
        format_func=lambda name: WORDS.get(name, cut(dataset.called(name))),
        key="colour",
        bind="query-params",
        width=230,
    )
    return str(chosen)


def word(dataset: Dataset, colour: str) -> str:
    """What colours the points, in words."""
    return WORDS.get(colour, dataset.called(colour) if colour in dataset.schema else colour)


def values_of(dataset: Dataset, column: str) -> pl.Series:
    """The values that colour the points; the tags of a row are joined to one text, null if there are none."""
    values = own_column(dataset, column) if column in WORDS else dataset.column(column)
    if isinstance(values.dtype, pl.List):
        return values.cast(pl.List(pl.String)).list.join(" + ").replace("", None)
    return values


@st.cache_resource(max_entries=24, show_spinner=False)
def _lines(key: Key, _values: Callable[[], pl.Series]) -> Lines:
    counted = counting.count_values(values := _values(), NAMED)
    numbers = counting.line_numbers(values, counted)
    return Lines(numbers, counted["value"].to_list(), int(counted["is_named"].sum()))


@st.cache_resource(max_entries=24, show_spinner=False)
def _numbers(key: Key, _values: Callable[[], pl.Series]) -> Numbers:
    values = _values()
    is_time = values.dtype.is_temporal()
    numbers = (values.cast(pl.Datetime("us")).cast(pl.Int64) if is_time else values).cast(pl.Float64)
    numbers = numbers.set(~numbers.is_finite().fill_null(False), None)
    low, high = (float(numbers.quantile(q) or 0.0) for q in ROBUST)
    share = ((numbers - low) / (high - low if high > low else 1.0)).clip(0, 1)
    shades = (share * (LEVELS_OF_SCALE - 1)).round().cast(pl.UInt8).fill_null(LEVELS_OF_SCALE)
    words = [_moment(v) if is_time else compact(v) for v in (low, (low + high) / 2, high)]
    beyond = [int((numbers < low).sum()), int((numbers > high).sum())]
    ends = (f"≤ {words[0]}" if beyond[0] else words[0], words[1], f"≥ {words[2]}" if beyond[1] else words[2])
    return Numbers(shades, ends)


def _moment(microseconds: float) -> str:
    return f"{datetime.fromtimestamp(microseconds / 1e6, UTC):%Y-%m-%d}"


def of_points(dataset: Dataset, column: str, rows: pl.Series, names: Mapping[int, str]) -> Sequence[Hue] | Scale:
    """The drawn rows by colour. `names` are the names of the clusters at the colouring level."""
    if column == NOTHING:
        return [Hue("rows in view", 0, rows)]
    if column in WORDS:
        return _by_cluster(values_of(dataset, column).gather(rows), rows, names)
    dtype = dataset.schema[column]
    key = key_of(dataset, column)
    if dtype.is_numeric() or dtype in (pl.Date, pl.Datetime):
        scale = _numbers(key, lambda: values_of(dataset, column))
        shades = scale.shades.gather(rows)
        has_number = shades < LEVELS_OF_SCALE
        return Scale(
            rows.filter(has_number), shades.filter(has_number).to_numpy(), scale.ends, rows.filter(~has_number)
        )
    lines = _lines(key, lambda: values_of(dataset, column))
    of = lines.numbers.gather(rows).to_numpy()
    hues = []
    for number, name in enumerate(lines.names):
        is_missing = name == counting.MISSING and number >= lines.named
        colour = number if number < lines.named else None
        hues.append(Hue(name or "(empty)", colour, rows.filter(pl.Series(of == number)), is_missing))
    return hues


def _by_cluster(cluster: pl.Series, rows: pl.Series, names: Mapping[int, str]) -> list[Hue]:
    """The eight largest clusters of all rows by number, the others together, and the unclustered rows."""
    if not names:
        return [Hue("rows in view, not in a cluster", 0, rows)]
    of = cluster.to_numpy()
    hues = [Hue(names.get(n, f"cluster {n}"), n, rows.filter(pl.Series(of == n))) for n in range(NAMED)]
    others = len([number for number in names if number >= NAMED])
    hues.append(Hue(counting.other(others), None, rows.filter(pl.Series(of >= NAMED))))
    hues.append(Hue("not in a cluster", None, rows.filter(pl.Series(of < 0)), True))
    return [hue for hue in hues if len(hue.rows)]
