"""One box, opened by "/" or Ctrl-K, that finds texts, pages, findings, columns and saved views; "?" lists the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import streamlit as st

__all__ = ["Group", "Wish", "draw"]

HERE = Path(__file__).parent


class Group(NamedTuple):
    """What can be chosen of one `kind`, under its `title`: pairs of a value and the words for it."""

    kind: str
    title: str
    choices: Sequence[tuple[str, str]]


class Wish(TypedDict):
    """What was chosen: its kind, or "text" for a search, and the value."""

    kind: str
    value: str


def draw(groups: Sequence[Group], on_wish: Callable[[Wish], None]) -> None:
    """Draws nothing until a key opens the box. Typing in it stays in the browser; a choice calls `on_wish`."""

    def chosen() -> None:
        asked: Any = st.session_state["palette"].get("go")
        if isinstance(asked, Mapping) and isinstance(asked.get("kind"), str) and isinstance(asked.get("value"), str):
            on_wish(Wish(kind=asked["kind"], value=asked["value"]))

    with st.container(key="palette_box"):
        _component()(key="palette", data={"groups": [group._asdict() for group in groups]}, on_go_change=chosen)


def _component() -> Any:
    return st.components.v2.component(
        "winnow_palette",
        html='<dialog class="palette"></dialog>',
        css=(HERE / "palette.css").read_text(encoding="utf-8"),
        js=(HERE / "palette.js").read_text(encoding="utf-8"),
    )
