"""The distribution of a column over the rows of a table: counted when it is asked for, each part with its filter."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.joined_values import join_values
from analysis.statistics import counting
from analysis.view import View
from ui.rows import order
from ui.rows.grid import Bar, Shape
from ui.session.cache_keys import Key, key_of
from ui.session.number_words import bin_words, count, share
from ui.session.text import cut

VALUES = 10  # of a column of words; numbers with more are put into bins
BINS = 12
ASKED = "shape_asked"
"""In the session: the rows and the column whose distribution was asked for, and how often one was asked for."""
SPANS = ((40, "1d", "%Y-%m-%d"), (1_200, "1mo", "%Y-%m"))  # up to so many days, in steps of that length
YEARS = ("1y", "%Y")


class Part(NamedTuple):
    """A part of a distribution: its words, rows, and the filter of these rows, an empty `op` where there is none."""

    words: str
    rows: int
    op: str = ""
    value: str = ""


def can_be_counted(dataset: Dataset, column: str) -> bool:
    """Whether a column has values to count: no long text, no personal data, and one value a row, or tags."""
    return order.sortable(dataset, column) or (column == "tags" and column in dataset.schema)


def ask(named: str, column: str) -> None:
    """For callbacks: stores that the distribution of a column over the rows of that name is asked for."""
    _, _, times = st.session_state.get(ASKED, ("", "", 0))
    st.session_state[ASKED] = (named, column, times + 1)


def asked(dataset: Dataset, rows: pl.Series, view: View, named: str) -> Shape | None:
    """What the table shows, if it was asked for these rows; `named` names them, `view` selects them or more."""
    of, column, times = st.session_state.get(ASKED, ("", "", 0))
    if of != named or not can_be_counted(dataset, column):
        return None
    parts = _parts(key_of(dataset, column, view=view, more=(named,)), dataset, column, rows)
    most = max((part.rows for part in parts), default=0) or 1
    bars: list[Bar] = [
        {
            "words": cut(part.words, 60) or "(empty)",
            "rows": f"{part.rows:,} ({share(part.rows / len(rows))})",
            "share": part.rows / most,
            "op": part.op,
            "value": part.value,
        }
        for part in parts
    ]
    return {"column": column, "about": f"of {count(len(rows))}", "bars": bars, "n": times}


@st.cache_resource(max_entries=32, show_spinner=False)
def _parts(key: Key, _dataset: Dataset, column: str, _rows: pl.Series) -> list[Part]:
    return parts_of(_dataset.column(column).gather(_rows))


def parts_of(values: pl.Series) -> list[Part]:
    """Numbers and times in order, in about a dozen bins if they have many values; else the most frequent values.

    >>> parts_of(pl.Series(["b", "a", "b", None]))
    [Part(words='b', rows=2, op='eq', value='b'), Part(words='a', rows=1, op='eq', value='a'), \
Part(words='(missing)', rows=1, op='null', value='')]
    """
    if isinstance(values.dtype, pl.List):
        return _of_entries(values)
    if values.dtype in (pl.Date, pl.Datetime):
        return _of_times(values)
    is_number = values.dtype.is_numeric()
    if is_number and values.drop_nulls().n_unique() > BINS:
        return _of_bins(values)
    counted = counting.count_values(
        values.fill_nan(None) if values.dtype.is_float() else values, BINS if is_number else VALUES
    )
    named = counted.filter("is_named")
    if is_number:
        named = named.sort(pl.col("value").cast(pl.Float64))
    parts = [Part(value, rows, "eq", value) for value, rows in named.select("value", "rows").iter_rows()]
    for value, rows in counted.filter(~pl.col("is_named")).select("value", "rows").iter_rows():
        if value == counting.MISSING:
            parts.append(Part(value, rows, "null"))
        else:
            parts.append(Part(f"{value.strip('()').removeprefix('other ')} other values", rows))
    return parts


def _missing(values: pl.Series) -> list[Part]:
    return [Part(counting.MISSING, values.null_count(), "null")] if values.null_count() else []


def _of_bins(values: pl.Series) -> list[Part]:
    present = values.drop_nulls()
    present = present.filter(present.is_finite()) if present.dtype.is_float() else present
    middle = counting.percentiles(present, (0.5,))[0] or 0.0
    low, most = counting.extent(present)  # one long row would leave all others in the first bin
    is_log = low >= 0 and most > counting.SKEWED * max(middle, 1e-9)
    edges = counting.log_edges(present, 3) if is_log else counting.linear_edges(present, BINS)
    rows = counting.count_bins(counting.bin_numbers(present, edges), len(edges) - 1).tolist()
    is_whole = values.dtype.is_integer()
    return [
        Part(bin_words(start, end, is_whole), n, "range", join_values([f"{start:.15g}", f"{end:.15g}"]))
        for (start, end), n in zip(itertools.pairwise(edges), rows, strict=True)
    ] + _missing(values)


def _of_times(values: pl.Series) -> list[Part]:
    present = values.drop_nulls()
    if present.is_empty():
        return _missing(values)
    moments = pl.DataFrame({"moment": present})
    days = int(moments.select((pl.col("moment").max() - pl.col("moment").min()).dt.total_days()).item())
    step, form = next(((step, form) for most, step, form in SPANS if days <= most), YEARS)
    zone = present.dtype.time_zone if isinstance(present.dtype, pl.Datetime) else None
    starts = (present.dt.convert_time_zone("UTC") if zone else present).dt.truncate(step).alias("start")
    counted = starts.value_counts(name="rows").sort("start")
    ends = counted["start"].dt.offset_by(step)
    return [
        Part(low.strftime(form), rows, "range", join_values([low.isoformat(), high.isoformat()]))
        for low, high, rows in zip(counted["start"], ends, counted["rows"], strict=True)
    ] + _missing(values)


def _of_entries(values: pl.Series) -> list[Part]:
    """Rows with each entry of a list; a row with several is counted with each."""
    entries = values.list.unique().explode().drop_nulls().cast(pl.String)
    counted = counting.count_values(entries, VALUES).filter("is_named")
    parts = [
        Part(value, rows, "in", join_values([value])) for value, rows in counted.select("value", "rows").iter_rows()
    ]
    without = int((values.list.len().fill_null(0) == 0).sum())
    return [*parts, *([Part("none", without, "blank")] if without else [])]
