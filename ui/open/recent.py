"""Which datasets were opened before? Each leads to the Overview, and its copy can be removed."""

from __future__ import annotations

import streamlit as st

from ui.session import places, session
from ui.session.clicks import clicked
from ui.session.text import count, md

__all__ = ["opened_before"]
SHOWN = 20


def opened_before(shown: int = SHOWN) -> None:
    """The datasets of the workspace, latest first, with a button for each."""
    st.subheader("Opened before", anchor=False)
    datasets = session.workspace().datasets()
    if not datasets:
        st.text("None yet.")
    for meta in datasets[:shown]:
        id, name = str(meta["id"]), str(meta["name"])
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            if clicked(md(name, 40), f"choose_{id}"):
                session.choose(id)
                st.switch_page(places.page("overview"))
            st.text(f"{count(int(str(meta['rows'])))}, {meta['format']}, {str(meta['opened_at'])[:10]}")
            with st.popover("Remove", type="tertiary", key=f"menu_{id}"):
                st.text("Removes the imported copy and its computed columns. The file, tags and saved views stay.")
                st.button("Remove it", key=f"forget_{id}", on_click=session.forget, args=(id,))
