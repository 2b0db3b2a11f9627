"""What the box of "/" and Ctrl-K finds in a dataset, and what each choice does."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from ui.frame import palette, saved_views, touring, view_tools
from ui.session import places, session
from ui.session.text import cut

MOST_COLUMNS = 500
_TO = "palette_to"  # in the session: the page to go to, and what its address says beside dataset and filters


def draw(dataset: Dataset) -> None:
    """Draws the box, closed; first goes to the page that was chosen in it."""
    if (wish := st.session_state.pop(_TO, None)) is not None:
        page, more = wish
        params: dict[str, str | list[str]] = {"d": dataset.id, "f": session.view().to_params(), **more}
        st.switch_page(places.page(page), query_params=params)
    saved = session.notes().views.listed(dataset.fingerprint)
    groups = [
        palette.Group("page", "Pages", [(name, f"{title}: {places.question_of(title)}") for name, title in _pages()]),
        palette.Group("finding", "Findings", [(check.name, check.title) for check in dataset.catalogue.checks]),
        palette.Group(
            "column", "Filter by a column", [(c, cut(dataset.called(c))) for c in dataset.shown_columns[:MOST_COLUMNS]]
        ),
        palette.Group("view", "Saved views", [(str(one.id), cut(one.name)) for one in saved]),
        palette.Group("tour", "Help", [("begin", "Tour of the sample data in six steps")]),
    ]

    def take(wish: palette.Wish) -> None:
        kind, value = wish["kind"], wish["value"]
        if kind == "text":
            view_tools.search_for(value, "has")
        elif kind == "page" and value in dict(_pages()):
            st.session_state[_TO] = (value, {})
        elif kind == "finding":
            st.session_state[_TO] = ("findings", {"finding": value})
        elif kind == "column" and value in dataset.shown_columns:
            st.session_state["filter_column"] = value
            st.session_state["add_filter"] = True
        elif kind == "view":
            saved_views.show(next((list(one.filters) for one in saved if str(one.id) == value), []))
        elif kind == "tour":
            touring.ask_to_begin()

    palette.draw(groups, take)


def _pages() -> list[tuple[str, str]]:
    """The name and the title of each page, by title."""
    names = sorted(path.stem for path in (places.ROOT / "pages").glob("*.py"))
    return sorted(((name, places.title_of(name)) for name in names), key=lambda pair: pair[1])
