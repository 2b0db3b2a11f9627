"""The link to what a person sees: page, filters, row, order, threshold and all else that the address says."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from ui.frame import chips
from ui.frame.copy import copy_button
from ui.session import session
from ui.session.text import count, cut


def menu(dataset: Dataset) -> None:
    with st.popover("Share", icon=":material/share:", key="share", on_change="rerun") as popover:
        if not popover.open:
            return
        link = session.link(dataset, session.view())
        st.text("Everyone who can open this server sees with this link what you see:")
        st.code(link, language=None, wrap_lines=True)
        copy_button("Copy link", link, f"Link copied. {_opens(dataset)}", "copy_link")


def _opens(dataset: Dataset) -> str:
    """What the link opens, as a sentence."""
    active = [cut(chips.words(dataset, f), 60) for f in session.view().active]
    place = st.session_state.get(session.PLACE_READ)
    at_row = f"row {place:,}" if place and "row" in st.query_params else f"all {count(dataset.height)}"
    if not active:
        return f"Opens {at_row}."
    rows = at_row if at_row.startswith("row") else "the rows"
    return (
        f"Opens {rows} with the filter {active[0]}."
        if len(active) == 1
        else f"Opens {rows} with {len(active)} filters."
    )
