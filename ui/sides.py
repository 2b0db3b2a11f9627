"""What a view of the page Verbs can be held against: every other side by name, and the natural one."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from analysis.dataset import Dataset
from analysis.operators import ViewError, join_values
from analysis.view import View
from ui import charts, session, verbs
from ui.text import cut, md

ALL = "all rows"
COLUMNS, VALUES = 6, 8  # so many columns, and so many values of each, are offered as other sides
NATURAL_ROLES = ("source", "group")
NATURAL_NAMES = ("model", "generator", "source", "group")


class Side(NamedTuple):
    """The other side of a comparison: the id of its dataset, and its filters."""

    id: str
    view: View
    is_alike: bool = False  # another dataset, of the same format


def sides(dataset: Dataset) -> dict[str, Side]:
    """What the view can be held against, by the words that name it, which also stand in the address.

    All rows, other datasets, saved views, and this view with another value of a column.
    """
    view = verbs.without_own_filters(session.view())
    found = {ALL: Side(dataset.id, View())}
    for meta in session.workspace().datasets():
        if meta["id"] != dataset.id:
            words = f"dataset: {cut(str(meta['name']), 60)} ({str(meta['id'])[:6]})"
            found[words] = Side(str(meta["id"]), View(), meta["format"] == dataset.format)
    for saved in session.notes().saved_views(dataset.fingerprint):
        try:
            kept = View.from_params(saved.filters)
            dataset.check(kept)
        except ViewError:
            continue
        if not dataset.needs(kept):
            found[f"view: {cut(saved.name)}"] = Side(dataset.id, verbs.without_own_filters(kept))
    for column in dataset.categories[:COLUMNS]:
        for value in _values(dataset, column):
            other = view.without_column(column).where(column, "in", join_values([value]))
            found.setdefault(f"{cut(column, 40)}: {cut(value, 60)}", Side(dataset.id, other))
    return found


def _values(dataset: Dataset, column: str) -> list[str]:
    """The largest values of a column over all rows."""
    counted, _ = charts.counted_lines(dataset, column, VALUES)
    return counted.filter("is_named")["value"].to_list()


def natural(dataset: Dataset, found: dict[str, Side]) -> tuple[str, View] | None:
    """The other side one would ask for first, with the view to hold against it; None where there is nothing to compare.

    Another dataset of the same format whose requests are read the same way; else, where the view is filtered, all rows;
    else the two largest values of the column that says where rows come from.
    """
    view = session.view()
    signal = dataset.signal("verb_noun")
    folder = session.workspace().folder
    for words, side in found.items():
        if side.is_alike and (folder / side.id / f"{signal.key}.parquet").exists():
            return words, view
    if verbs.without_own_filters(view).active:
        return ALL, view
    if column := _natural_column(dataset):
        first, second, *_ = _values(dataset, column)
        return f"{cut(column, 40)}: {cut(second, 60)}", view.where(column, "in", join_values([first]))
    return None


def _natural_column(dataset: Dataset) -> str | None:
    """The column that says where rows come from, else the first that groups them into two at least."""
    likely = [dataset.role(role) for role in NATURAL_ROLES]
    likely += [column for column in dataset.categories if column.lower() in NATURAL_NAMES]
    several = [column for column in dataset.categories[:COLUMNS] if len(_values(dataset, column)) > 1]
    return next((column for column in (*likely, *several) if column in several), None)


def choose(dataset: Dataset, found: dict[str, Side]) -> str | None:
    """One button for the natural comparison, and a list of all others; the choice stands in the address."""
    chosen = st.session_state["against"] if "against" in st.session_state else st.query_params.get("against")
    if chosen and chosen not in found:
        st.text(f"{cut(chosen)} is not known here, so nothing is compared.")
    if chosen not in found and (first := natural(dataset, found)):
        words, view = first
        here = "" if view == session.view() else f"{md(view.filters[-1].sentence)} "
        st.button(
            f"Compare {here}with {md(words)}",
            type="primary",
            icon=":material/compare_arrows:",
            key="compare",
            on_click=_compare,
            args=(words, view),
        )
    return st.selectbox(
        "This view against",
        list(found),
        index=None,
        placeholder="Compare with …",
        key="against",
        width=320,
        label_visibility="collapsed",
        bind="query-params",
    )


def _compare(words: str, view: View) -> None:
    session.set_view(view)
    st.session_state["against"] = words
