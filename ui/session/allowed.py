"""How many seconds of estimated work a page may start by itself: the session's choice, or `WINNOW_CHECKS`."""

from __future__ import annotations

import os
import re

import streamlit as st

from ui.session.text import duration

VARIABLE = "WINNOW_CHECKS"
USUAL_S = 60.0
CHOICES = (0.0, 10.0, 60.0, 300.0, 1800.0)
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")
KEY = "checks_budget"
_CHOSEN = "checks_seconds"


def by_environment(text: str | None) -> float:
    """The seconds that the environment allows: one minute if it says nothing, none if it says no number.

    >>> by_environment(None), by_environment("90"), by_environment("off"), by_environment("-1")
    (60.0, 90.0, 0.0, 0.0)
    """
    if text is None or not text.strip():
        return USUAL_S
    return float(text) if NUMBER.fullmatch(text.strip()) else 0.0


def seconds() -> float:
    """What is allowed at this moment; 0 where nothing is computed by itself."""
    return float(st.session_state.get(_CHOSEN, by_environment(os.environ.get(VARIABLE))))


def choose() -> None:
    """Draws the choice. It is of this session, so that a link starts no work on the computer of another person."""
    now = seconds()
    st.session_state[KEY] = now
    st.selectbox(
        "Computed by itself",
        sorted({*CHOICES, now}),
        format_func=words,
        key=KEY,
        on_change=_chosen,
        width=190,
        help="What is cheapest is computed first, as long as the estimates of one dataset together stay below this. "
        "WINNOW_CHECKS sets it in seconds for the whole server.",
    )


def _chosen() -> None:
    st.session_state[_CHOSEN] = st.session_state[KEY]


def words(seconds: float) -> str:
    return f"up to {duration(seconds)}" if seconds else "nothing"
