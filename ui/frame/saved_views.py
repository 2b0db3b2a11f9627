"""The saved views of a dataset: saved, shown, compared with the rows in view, deleted."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import AnnotationError, ViewError
from analysis.view import View
from ui.session import session
from ui.session.login import person
from ui.session.text import md


def menu(dataset: Dataset) -> None:
    with st.popover("Views", icon=":material/bookmark:", key="views", on_change="rerun") as views:
        if not views.open:
            return
        with st.form("save_view", border=False, clear_on_submit=True):
            st.text_input("Name of this view", max_chars=60, key="view_name", placeholder="such as: to check again")
            st.form_submit_button("Save", on_click=_save, args=(dataset, session.view()))
        if message := st.session_state.pop("save_said", None):
            st.text(message)
        saved_views = session.notes().views.listed(dataset.fingerprint)
        if not saved_views:
            st.text("No view is saved yet. A view is the filters above; everyone on this server sees it here.")
        for saved in saved_views:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                st.button(md(saved.name, 40), key=f"view_{saved.id}", on_click=show, args=(list(saved.filters),))
                st.text(f"{saved.person}, {saved.at:%Y-%m-%d}")
                if st.button(
                    "Compare",
                    key=f"compare_{saved.id}",
                    type="tertiary",
                    help=f"Compare the rows in view with the rows of “{md(saved.name, 40)}”",
                ):
                    _compare_with(list(saved.filters))
                st.button(
                    "Delete",
                    key=f"delete_{saved.id}",
                    type="tertiary",
                    help=f"Delete the saved view “{md(saved.name, 40)}”",
                    on_click=session.notes().views.delete,
                    args=(saved.id,),
                )


def show(filters: list[str]) -> None:
    """For callbacks: makes these filters the view."""
    try:
        session.set_view(View.from_params(filters))
    except ViewError as error:
        st.session_state["job_error"] = str(error)


def _save(dataset: Dataset, view: View) -> None:
    if name := st.session_state["view_name"].strip():
        try:
            session.notes().views.save(dataset.fingerprint, name, view.to_params(), person())
        except AnnotationError as error:
            st.session_state["save_said"] = str(error)


def _compare_with(filters: list[str]) -> None:
    from ui.slices import other, sides  # here, since both import the charts, which import this module's package

    other.show(sides.Side(str(st.session_state["dataset"]), tuple(filters), ""))
