"""The tools of the view bar: searching and adding a filter."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import ViewError
from analysis.joined_values import join_values
from analysis.statistics.counting import count_values
from analysis.view import ANY_TEXT, Filter, View
from analysis.view.operators import OPERATORS, kind_of
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.column_names import namer
from ui.session.text import cut

SEARCHES = {"has": "contains", "word": "whole word", "re": "regex"}
OFFERED_VALUES = 200


def search(dataset: Dataset) -> None:
    with st.container(horizontal=True, width=360, gap="xsmall", vertical_alignment="center"):
        st.text_input(
            "Search any text",
            key="search",
            type="search",
            placeholder="Search any text …",
            label_visibility="collapsed",
            on_change=_search_for,
        )
        st.selectbox(
            "How to search",
            SEARCHES,
            format_func=SEARCHES.__getitem__,
            key="search_how",
            width=130,
            label_visibility="collapsed",
            on_change=_search_for,
        )
    if error := st.session_state.pop("search_error", None):
        st.text(error)


def _search_for() -> None:
    search_for(st.session_state.get("search") or "", st.session_state["search_how"])


def search_for(wanted: str, how: str) -> None:
    """For callbacks: replaces the search filter of the view; `how` is one of `SEARCHES`."""
    kept = View(tuple(f for f in session.view() if f.column != ANY_TEXT))
    try:
        session.set_view(kept.where(ANY_TEXT, how, wanted) if wanted else kept)
    except ViewError as error:
        st.session_state["search_error"] = str(error)


def add_filter(dataset: Dataset) -> None:
    with st.popover("Filter", icon=":material/filter_alt:", key="add_filter", on_change="rerun") as popover:
        if popover.open:
            _filter_form(dataset)


def _filter_form(dataset: Dataset) -> None:
    schema = dataset.schema
    columns = [name for name in dataset.shown_columns if name != "row_id"] + ["row_id"]
    column = st.selectbox("Column", columns, format_func=namer(dataset), key="filter_column")
    kind = kind_of(schema[column])
    fitting = [name for name, operator in OPERATORS.items() if kind in operator.kinds and operator.takes != "list"]
    words = {name: OPERATORS[name].words.replace("{c} ", "").replace(" {v}", "") for name in fitting}
    words |= {"range": "is between", "outside": "is outside", "in": "is one of", "notin": "is none of"}
    op = st.selectbox("Condition", fitting, format_func=words.__getitem__, key=f"filter_op_{kind}")
    value = _value(dataset, column, op)
    if st.button("Add filter", type="primary", disabled=value is None, key="filter_add"):
        try:
            new = Filter(column, op, value or "")
            new.expr(schema[column])
        except ViewError as error:
            st.text(str(error))
        else:
            session.set_view(session.view().where(new.column, new.op, new.value))
            st.rerun()


def _value(dataset: Dataset, column: str, op: str) -> str | None:
    """The value of the operator, from an input that fits the column; None until it is given."""
    takes = OPERATORS[op].takes
    if takes == "nothing":
        return ""
    if takes == "range":
        low = st.text_input("From", key="filter_low")
        high = st.text_input("To (exclusive)", key="filter_high")
        return join_values([low, high]) if low or high else None
    if takes == "many" or op in ("eq", "ne"):
        offered = [] if dataset.is_long(column) else _values_of(key_of(dataset, column), column, dataset)
        if offered:
            rows = dict(offered)

            def shown(value: str) -> str:
                return f"{cut(value, 60)}  ({rows[value]:,})"

            key = f"filter_value_{op}_{column}"
            if takes == "one":
                return st.selectbox("Value", list(rows), format_func=shown, key=key)
            picked = st.multiselect("Value", list(rows), format_func=shown, key=key)
            return join_values(picked) if picked else None
    return st.text_input("Value", key="filter_text") or None


@st.cache_data(max_entries=256, show_spinner=False)
def _values_of(key: Key, column: str, _dataset: Dataset) -> list[tuple[str, int]]:
    """The most frequent values with their numbers of rows, at most 200."""
    values = _dataset.column(column)
    values = values.explode() if isinstance(values.dtype, pl.List) else values
    named = count_values(values, OFFERED_VALUES).filter("is_named")
    return [(value, rows) for value, rows, _ in named.iter_rows()]
