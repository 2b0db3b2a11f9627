"""The order in which the rows in view are read: chosen on the page, kept in the address, and applied to the rows."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.signal import ROW_ID
from analysis.view import View
from ui.rows.browser import as_listed, in_order
from ui.session import history, session
from ui.session.cache_keys import Key, key_of

ORDERS = {
    "given": "as in the file",
    "random": "random (seeded)",
    "longest": "longest first",
    "shortest": "shortest first",
    "disputed": "most disputed first",
    "listed": "as the filter lists them",
    "table": "as the table is sorted",
}
SIGNAL_OF = {"longest": "lengths", "shortest": "lengths", "disputed": "consensus"}
SORTED_BY = {  # the columns of an order, the largest first or not
    "longest": {"row_chars": True},
    "shortest": {"row_chars": False},
    "disputed": {"dispute_share": True, "vote_spread": True, "vote_count": True},
}


@st.cache_resource(max_entries=8, show_spinner=False)
def _ordered(key: Key, order: str, seed: int, _dataset: Dataset, _view: View, _rows: pl.Series) -> pl.Series:
    if order == "random":
        return _rows.shuffle(seed=seed)
    if order == "listed":
        return as_listed(_dataset, _rows, _view.listed)
    if order not in SORTED_BY:
        return _rows
    by = SORTED_BY[order]
    values = _dataset.frame(list(by), _rows).with_columns(row=_rows)
    return values.sort(*by, "row", descending=[*by.values(), False], nulls_last=True)["row"].alias(_rows.name)


def choose_order() -> tuple[str, int]:
    """The order of reading, by its short name in the URL, and the seed of the random order, else 0. The order of a list
    is offered if a filter has one. Another page can set `st.session_state["order"]` before it opens this one."""
    hidden = {"listed"} if not session.view().listed else set()
    hidden |= {"table"} if "sort" not in st.query_params else set()
    offered = [name for name in ORDERS if name not in hidden]
    if history.remembered("order") not in offered:
        st.session_state["order"] = asked if (asked := st.query_params.get("order")) in offered else offered[0]
    order = str(st.selectbox("Order", offered, format_func=ORDERS.__getitem__, key="order", width=190))
    if order == offered[0]:
        st.query_params.pop("order", None)
    elif st.query_params.get("order") != order:
        st.query_params["order"] = order
    if order != "random":
        return order, 0
    return order, int(st.number_input("Seed", min_value=0, value=0, key="seed", width=110, bind="query-params"))


def ordered(dataset: Dataset, rows: pl.Series, order: str, seed: int) -> pl.Series:
    """The positions in reading order; cached while the view stays the same."""
    if order == "table":
        return in_order(dataset, rows)
    key = key_of(dataset, *SORTED_BY.get(order, {}), view=session.view())
    return _ordered(key, order, seed, dataset, session.view(), rows)


def revision(dataset: Dataset, order: str, seed: int) -> str:
    """A text that changes with the sequence of rows. It ignores tags, so that tagging does not move the rows."""
    return "|".join((dataset.id, order, str(seed), *session.view().to_params()))


def find_row(dataset: Dataset, sequence: pl.Series, row_id: str | None, otherwise: int = 0) -> int:
    """The position of a row in the sequence; `otherwise` if it is not among the rows in view."""
    if not row_id:
        return otherwise
    rows = (dataset.column(ROW_ID) == row_id).arg_true()
    places = (sequence == rows[0]).arg_true() if len(rows) else rows
    return int(places[0]) if len(places) else otherwise
