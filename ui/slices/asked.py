"""The chosen slices and measures of a page, and their results; cached while columns and view stay the same."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import SlicingError
from analysis.slices import measures as measuring
from analysis.slices import splits as splitting
from analysis.slices.apart import Apart, what_sets_apart
from analysis.slices.dimensions import Dimension, choices, cuts, dimension, fitting_cut, types_of
from analysis.slices.measures import Measure, Measured
from analysis.slices.slices import SliceTable, slice_table
from analysis.slices.splits import Split
from analysis.view import View
from ui.rows import cluster_names as clusters
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.column_names import namer

CUT_WORDS = {
    "value": "value",
    "quantile4": "quarters",
    "quantile5": "fifths",
    "quantile10": "tenths",
    "hour": "hour",
    "day": "day",
    "week": "week",
    "month": "month",
}


# Cached results


@st.cache_resource(max_entries=32, show_spinner=False)
def _split(key: Key, _dataset: Dataset, _by: Dimension) -> Split:
    return splitting.split(_dataset, _by)


@st.cache_resource(max_entries=128, show_spinner=False)
def _measured(key: Key, _dataset: Dataset, _of: Measure) -> Measured:
    return measuring.measured(_dataset, _of)


@st.cache_resource(max_entries=32, show_spinner=False)
def _table(
    key: Key, _dataset: Dataset, _view: View, _splits: Sequence[Split], _measured: Sequence[Measured]
) -> SliceTable:
    return slice_table(_dataset, _dataset.rows_of(_view), _splits, _measured)


@st.cache_resource(max_entries=32, show_spinner=False)
def _apart(key: Key, _dataset: Dataset, _slice: View, _view: View, _without: Sequence[str]) -> list[Apart]:
    inside, rows = _dataset.rows_of(_slice), _dataset.rows_of(_view)
    rest = rows.filter(~rows.is_in(inside.implode()))
    return what_sets_apart(_dataset, inside, rest, without=_without, prepare=measured)


def measured(dataset: Dataset, of: Measure) -> Measured:
    """A measure of every row, computed once per column."""
    return _measured(key_of(dataset, of.column, more=(of.name,)), dataset, of)


# Choices on the page


def choose_cut(dataset: Dataset, label: str, key: str, taken: str | None = None) -> Split | None:
    """A choice of a column, and of how it is cut if there are several ways; None if no column is chosen."""
    offered = [by.column for by in choices(dataset) if by.column != taken]
    types = types_of(dataset)
    columns = [*offered, *(c for c in types if c not in offered and c != taken and cuts(types[c]))]
    first = 0 if taken is None and columns else None
    column = st.selectbox(
        label,
        columns,
        index=first,
        format_func=namer(dataset),
        key=key,
        bind="query-params",
        width=220,
        placeholder="nothing else",
    )
    if column is None:
        return None
    ways = cuts(types[column])
    by = Dimension(column)
    if len(ways) > 1:
        natural = fitting_cut(dataset, by)
        how = st.selectbox(
            "in",
            ways,
            index=ways.index(natural),
            format_func=CUT_WORDS.__getitem__,
            key=f"{key}_{column}",
            bind="query-params",
            width=130,
        )
        by = Dimension(column, how)
    try:
        of_split = key_of(dataset, by.column, more=(str(by),))
        return clusters.called(dataset, _split(of_split, dataset, dimension(dataset, str(by))))
    except SlicingError as error:
        st.text(str(error))
        return None


def choose_measures(dataset: Dataset) -> list[Measured]:
    """A choice of measures: any column of the dataset or of a computed signal; about six at first."""
    measures_by_name = {of.name: of for of in measuring.measures(dataset)}
    usual = [of.name for of in measuring.default_measures(dataset)]
    chosen = st.multiselect(
        "Measures",
        list(measures_by_name),
        default=usual,
        format_func=lambda name: measures_by_name[name].label,
        key="measures",
        bind="query-params",
        placeholder="Choose what to measure",
    )
    return [measured(dataset, measures_by_name[name]) for name in chosen]


def table_of(dataset: Dataset, splits: Sequence[Split], chosen: Sequence[Measured]) -> SliceTable | None:
    """The rows in view by slice, without the filters of the view on the cut columns; None if it cannot be computed."""
    view = others(splits)
    columns = [*(s.dimension.column for s in splits), *(m.measure.column for m in chosen)]
    cuts_ = [str(Dimension(s.dimension.column, s.cut)) for s in splits]
    names = [name for s in splits for name in s.names]  # names of clusters can change
    asked = (*cuts_, *names, "", *(m.measure.name for m in chosen))
    key = key_of(dataset, *columns, dataset.signal("tokens"), view=view, more=asked)
    try:
        return _table(key, dataset, view, splits, chosen)
    except SlicingError as error:
        st.text(str(error))
        return None


def others(splits: Sequence[Split]) -> View:
    """The view without its filters on the cut columns."""
    view = session.view()
    for each in splits:
        view = view.without_column(each.dimension.column)
    return view


def apart(dataset: Dataset, inside: View, splits: Sequence[Split]) -> list[Apart]:
    """How a slice differs from the rest of the rows in view, significant measures first; cached for both."""
    view, without = others(splits), [each.dimension.column for each in splits]
    key = key_of(dataset, *dataset.signals(), view=inside, more=(key_of(dataset, view=view), *without))
    return _apart(key, dataset, inside, view, without)
