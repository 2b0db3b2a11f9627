"""The other side of a comparison on the page Verbs: the most likely one as a button, all others in a list."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.joined_values import join_values
from analysis.view import View
from ui.session import history, session
from ui.session.text import cut, md
from ui.slices.sides import ALL, COLUMNS, Side, sides, values
from ui.verbs import page

NATURAL_ROLES = ("source", "group")
NATURAL_NAMES = ("model", "generator", "source", "group")


def offered(dataset: Dataset) -> dict[str, Side]:
    """All other sides, without filters on verb and noun, which would select the compared pairs."""
    view = page.without_own_filters(session.view())
    return {
        words: side._replace(view=page.without_own_filters(side.view or View()))
        for words, side in sides(dataset, view).items()
    }


def natural(dataset: Dataset, sides_by_words: dict[str, Side]) -> tuple[str, View] | None:
    """The most likely other side, with the view to compare it with; None if there is nothing to compare.

    Another dataset of the same format with requests computed in the same way; else all rows, if the view has filters;
    else the two largest values of the column with the source of the rows.
    """
    view = session.view()
    signal = dataset.signal("verb_noun")
    folder = session.workspace().folder
    for words, side in sides_by_words.items():
        if side.has_same_format and (folder / side.id / f"{signal.key}.parquet").exists():
            return words, view
    if page.without_own_filters(view).active:
        return ALL, view
    if column := _natural_column(dataset):
        first, second, *_ = values(dataset, column)
        return f"{cut(dataset.called(column), 40)}: {cut(second, 60)}", view.where(column, "in", join_values([first]))
    return None


def _natural_column(dataset: Dataset) -> str | None:
    """The column with the source of the rows, else the first category column with at least two values."""
    likely = [dataset.role(role) for role in NATURAL_ROLES]
    likely += [column for column in dataset.categories if column.lower() in NATURAL_NAMES]
    several = [column for column in dataset.categories[:COLUMNS] if len(values(dataset, column)) > 1]
    return next((column for column in (*likely, *several) if column in several), None)


def choose(dataset: Dataset, sides_by_words: dict[str, Side]) -> str | None:
    """A button for the most likely comparison, and a list of all others; the choice is part of the URL."""
    chosen = history.remembered("against") or st.query_params.get("against")
    if chosen and chosen not in sides_by_words:
        st.text(f"{cut(chosen)} is not available here, so nothing is compared.")
    if chosen not in sides_by_words and (first := natural(dataset, sides_by_words)):
        words, view = first
        here = "" if view == session.view() else f"{md(dataset.words_of(view.filters[-1]))} "
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
        list(sides_by_words),
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
