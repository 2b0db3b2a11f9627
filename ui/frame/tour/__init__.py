"""The panel of a guided tour: which step this is, what to look at, and the buttons that go on or end it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

__all__ = ["panel"]

HERE = Path(__file__).parent


def panel(step: str, words: str, next_label: str, skip_label: str, on_act: Callable[[str], None]) -> None:
    """Draws the panel in the flow of the page. `on_act` gets "next" or "skip"; "" draws no button to skip."""

    def act() -> None:
        if (asked := st.session_state["tour_panel"].get("act")) in ("next", "skip"):
            on_act(asked)

    data = {"step": step, "words": words, "next": next_label, "skip": skip_label}
    _component()(key="tour_panel", data=data, on_act_change=act, width="stretch", height="content")


def _component() -> Any:
    return st.components.v2.component(
        "winnow_tour",
        html='<section class="tour" aria-label="Tour of the sample data"></section>',
        css=(HERE / "tour.css").read_text(encoding="utf-8"),
        js=(HERE / "tour.js").read_text(encoding="utf-8"),
    )
