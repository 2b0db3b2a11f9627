"""Texts as Markdown, tables, code, formulas and JSON in a reader: whether they are shown so, and the rows around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from analysis.reading.rendered import rendered

ORDER = (0, 1, 2, -1)  # the row that is read, then its neighbours
MOST_CHARS = 60_000  # of the neighbours' texts, so that a message to the browser stays small
PARAMETER = "rendered"


def is_on(state: object) -> bool:
    """Whether the reader shows texts so. It also writes the choice to the URL."""
    wish = state.get("rendered") if isinstance(state, Mapping) else None
    chosen = bool(wish["on"]) if isinstance(wish, Mapping) and "on" in wish else st.query_params.get(PARAMETER) == "1"
    if not chosen:
        st.query_params.pop(PARAMETER, None)
    elif st.query_params.get(PARAMETER) != "1":
        st.query_params[PARAMETER] = "1"
    return chosen


def add(payloads: Sequence[dict[str, Any]], near: int) -> None:
    """Adds `nodes` to the texts of the row at place `near`, and of those around it if they are short. Values that are
    masked in the text are masked in the nodes."""
    left = MOST_CHARS
    for place in (near + step for step in ORDER if 0 <= near + step < len(payloads)):
        left -= sum(len(section["text"]) for section in payloads[place]["sections"])
        if place == near or left >= 0:
            for section in payloads[place]["sections"]:
                section["nodes"] = rendered(section["text"])
