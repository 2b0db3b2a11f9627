"""The rows with the same fault as the row that is read, as a view."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from analysis.structure.faults import FAULTS
from ui.session import session

NAMES = frozenset(fault.name for fault in FAULTS)


def take_wish(state: object) -> bool:
    """Narrows the view to the rows with the fault that was clicked in the reader; whether there was a new click."""
    asked = state.get("fault") if isinstance(state, Mapping) else None
    name = asked.get("name") if isinstance(asked, Mapping) else None
    if not isinstance(asked, Mapping) or not isinstance(name, str) or name not in NAMES:
        return False
    if asked.get("n") == st.session_state.get("fault_taken"):
        return False
    st.session_state["fault_taken"] = asked.get("n")
    session.set_view(session.view().narrowed("structure_faults", "has", name))
    return True
