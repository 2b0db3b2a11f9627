"""The bar of actions on the rows in view, the same on every page: tag, drop, clean, accept, undo."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from ui.actions import accepting, cleaning
from ui.rows import tagging, undoing
from ui.session import session


def draw(dataset: Dataset) -> None:
    """Draws the bar: each action is on all rows in view, and says their number before it does anything."""
    if dataset.needs(session.view()):
        return
    with st.container(key="actions", horizontal=True, gap="xsmall", vertical_alignment="center", width="content"):
        with st.popover("Tag", icon=":material/sell:", key="bulk", on_change="rerun") as tags:
            if tags.open:
                tagging.tag_all(dataset, dataset.rows_of(session.view()))
        with st.popover("Drop", icon=":material/block:", key="drop", on_change="rerun") as drops:
            if drops.open:
                tagging.drop_all(dataset, dataset.rows_of(session.view()))
        cleaning.button(dataset)
        if checks := accepting.findings_in(session.view(), dataset):
            with st.popover("Accept", icon=":material/check:", key="accept", on_change="rerun") as accepts:
                if accepts.open:
                    accepting.accept(dataset, checks, dataset.rows_of(session.view()))
        st.button(
            "Undo",
            key="undo_change",
            icon=":material/undo:",
            on_click=undoing.undo,
            args=(dataset,),
            help="Undoes your last change of tags, texts or answers. The arrows beside the filters undo filters.",
        )
