"""In which order are the rows in view? The address says it; the table and the reader both follow it."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from ui.session import session
from ui.session.cache_keys import Key, key_of

SORT, DOWN = "sort", "down"


def sortable(dataset: Dataset, column: str) -> bool:
    """Whether rows can be sorted by a column: one value each, and no long text of which a part is read at a time."""
    schema = dataset.schema
    return column in schema and not schema[column].is_nested() and not dataset.is_long(column)


def of_address(dataset: Dataset) -> tuple[str, bool] | None:
    """The column that the address names, and whether its largest value comes first; None for the order of the file."""
    column = st.query_params.get(SORT)
    if column is None or column not in dataset.shown_columns or not sortable(dataset, column):
        return None
    return column, st.query_params.get(DOWN) != "0"


def keep(column: str, down: bool) -> None:
    """For callbacks: writes the order into the address; "" means that of the file."""
    for name, value in ((SORT, column), (DOWN, "" if down or not column else "0")):
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def params() -> dict[str, str | list[str]]:
    """What another page needs in its address to have the rows in the order of the table."""
    if SORT not in st.query_params:
        return {}
    st.session_state["order"] = "table"
    return {"order": "table", **{name: st.query_params[name] for name in (SORT, DOWN) if name in st.query_params}}


@st.cache_resource(max_entries=16, show_spinner=False)
def _order(key: Key, down: bool, _rows: pl.Series, _values: pl.Series) -> pl.Series:
    by = pl.arg_sort_by("value", descending=down, nulls_last=True, maintain_order=True)
    return _rows.gather(pl.DataFrame({"value": _values.gather(_rows)}).select(by).to_series())


def sorted_rows(dataset: Dataset, rows: pl.Series, by: str, down: bool, of: Iterable[str] = ()) -> pl.Series:
    """The rows in view ordered by a column, nulls last; cached while view and column stay the same. `of` names the rows
    if they are others."""
    return _order(key_of(dataset, by, view=session.view(), more=of), down, rows, dataset.column(by))
