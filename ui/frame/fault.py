"""What a page shows where it cannot go on: what is wrong and what to do, and the page again once it is mended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import streamlit as st

from analysis.errors import WinnowError, of_files, of_the_disk, said_of

SECONDS = 5  # between two attempts to draw the page


@contextlib.contextmanager
def shown() -> Iterator[None]:
    """Shows an error of the tree, or of a file or folder, in the place of the rest of the page, and tries again.

    Everything else is a fault of the program; Streamlit shows its type alone, since its message may hold data.
    """
    try:
        yield
    except WinnowError as error:
        _show(str(error))
    except of_files() as error:
        refused = of_the_disk(error)
        if refused is None:
            raise
        _show(said_of(refused))


def _show(sentence: str) -> None:
    with st.container(border=True, key="fault"):
        st.subheader("This page cannot be shown now", anchor=False)
        st.text(sentence)
        st.button("Try again", key="fault_again", type="primary")
        st.text(f"It is tried again every {SECONDS} seconds.")
    st.session_state["fault_seen"] = False
    _watch()


@st.fragment(run_every=SECONDS)
def _watch() -> None:
    """Draws the whole page again at its second run, `SECONDS` after the first."""
    if st.session_state.get("fault_seen"):
        st.rerun()
    st.session_state["fault_seen"] = True
