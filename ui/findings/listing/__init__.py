"""The list of findings by characteristic: a click chooses one. Texts are set as text, never as markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

__all__ = ["ListGroup", "ListLine", "finding_list"]

HERE = Path(__file__).parent
KEY = "finding_list"


class ListLine(TypedDict):
    """A finding: `facts` are short texts below its sentence; `state` and `owner` are "" where there is none."""

    name: str
    severity: str
    sentence: str
    facts: list[str]
    state: str
    owner: str


class ListGroup(TypedDict):
    """A characteristic: its lines, and below them, folded, the checks that found nothing or did not look.

    `others` counts these by what they came to; `quiet` names them, with the reason.
    """

    title: str
    meaning: str
    summary: str
    lines: list[ListLine]
    others: str
    quiet: list[list[str]]


def finding_list(groups: Sequence[ListGroup], chosen: str, on_choose: Callable[[str], None]) -> None:
    """Draws the list with the `chosen` finding marked."""

    def choose() -> None:
        name: Any = st.session_state[KEY].get("chosen")
        if isinstance(name, str):
            on_choose(name)

    _component()(key=KEY, data={"groups": list(groups), "chosen": chosen}, on_chosen_change=choose, width="stretch")


def _component() -> Any:
    return st.components.v2.component(
        "winnow_finding_list",
        html='<nav class="findings" aria-label="Findings by characteristic"></nav>',
        css=(HERE / "listing.css").read_text(encoding="utf-8"),
        js=(HERE / "listing.js").read_text(encoding="utf-8"),
    )
