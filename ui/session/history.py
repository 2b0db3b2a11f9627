"""Did the browser's Back or Forward ask for this page? Then the address says all, and memory is silent."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

__all__ = ["is_step", "note_address", "remembered"]

_NAMED = "address_named_dataset"  # in the session: whether the address named the dataset before a page was drawn


def note_address() -> None:
    """Notes, before a page writes to the address, whether it names a dataset. Without one it says nothing."""
    st.session_state[_NAMED] = "d" in st.query_params


def is_step() -> bool:
    """Whether Back or Forward asked for this run, at an address that names a dataset.

    What such an address does not name is as it is on a page just opened: no filter, the first kind, the usual order.
    """
    return _is_back_or_forward() and bool(st.session_state.get(_NAMED))


def remembered(name: str) -> Any:
    """What the session remembers under that name, for where the address is silent; None after Back or Forward."""
    return None if is_step() else st.session_state.get(name)


def _is_back_or_forward() -> bool:
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation
