"""The steps of the browser's Back and Forward: one for each act of a person that changes the address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

__all__ = ["keep_steps"]

HERE = Path(__file__).parent


def keep_steps() -> None:
    """Makes Back undo the last choice, whatever in the address it changed.

    Streamlit makes a step of each message that changes the address, of which one click can send several, and none of a
    choice that is bound to the address. From here on each act of a person makes one step, and moving on to another row
    of the reader makes none.
    """
    with st.container(key="history_steps"):
        _component()(key="history", height="content")


def _component() -> Any:
    return st.components.v2.component(
        "winnow_history", html="<span></span>", js=(HERE / "history.js").read_text(encoding="utf-8")
    )
