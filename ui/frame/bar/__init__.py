"""The view bar: how many rows are in view, and the filters as chips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import streamlit as st

__all__ = ["Act", "Chip", "view_bar"]

HERE = Path(__file__).parent


class Chip(TypedDict):
    """`text` is on the chip; `tip`, shown while the mouse is over it, names the column; `on`: the filter is applied."""

    text: str
    tip: str
    on: bool


class Act(TypedDict):
    """What was clicked: `remove` or `toggle`, with the number of the chip, or `undo`, `redo`, `clear`."""

    do: str
    chip: NotRequired[int]


def view_bar(count: str, of: str, chips: list[Chip], undo: bool, redo: bool, on_act: Callable[[Act], None]) -> None:
    """Draws the bar. All text is shown as plain text, never as markup."""

    def act() -> None:
        asked: Any = st.session_state["view-bar"].get("act")
        if asked:
            on_act(asked)

    _component()(
        key="view-bar",
        data={"count": count, "of": of, "chips": chips, "undo": undo, "redo": redo},
        on_act_change=act,
        width="stretch",
        height="content",
    )


def _component() -> Any:
    return st.components.v2.component(
        "winnow_view_bar",
        html='<div class="view-bar" role="group" aria-label="Rows in view and filters"></div>',
        css=(HERE / "bar.css").read_text(encoding="utf-8"),
        js=(HERE / "bar.js").read_text(encoding="utf-8"),
    )
