"""Which datasets were opened before? Each leads to the Overview, and its copy can be removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ui.session import places, session
from ui.session.clicks import clicked
from ui.session.text import count, md

__all__ = ["button", "go_to", "names_of", "opened_before"]
SHOWN = 20


def opened_before(shown: int = SHOWN) -> None:
    """The datasets of the workspace, latest first, with a button for each."""
    st.subheader("Opened before", anchor=False)
    datasets = session.workspace().datasets()
    if not datasets:
        st.text("None yet.")
    names = names_of(datasets)
    for meta in datasets[:shown]:
        id = str(meta["id"])
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            button(meta, names[id], "choose")
            with st.popover(md(f"Remove {names[id]}", 30), type="tertiary", key=f"menu_{id}"):
                st.text("Removes the imported copy and its computed columns. The file, tags and saved views stay.")
                st.button("Remove it", key=f"forget_{id}", on_click=session.forget, args=(id,))


def button(meta: Mapping[str, Any], name: str, key: str) -> None:
    """A button that leads to the Overview of that dataset, with its rows, its format and its day beside it."""
    id = str(meta["id"])
    if clicked(md(name, 40), f"{key}_{id}", width=260):
        go_to(id, "overview")
    st.text(f"{count(int(meta['rows']))} · {meta['format']} · {str(meta['opened_at'])[:10]}")


def go_to(id: str, page: str) -> None:
    """Opens that dataset on that page."""
    session.choose(id)
    st.switch_page(places.page(page))


def names_of(datasets: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """A name for each dataset by its id: that of its file, with the id where two have the same."""
    repeated = Counter(str(meta["name"]) for meta in datasets)
    return {
        str(meta["id"]): f"{meta['name']} ({meta['id']})" if repeated[str(meta["name"])] > 1 else str(meta["name"])
        for meta in datasets
    }
