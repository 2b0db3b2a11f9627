"""Groups of texts side by side, with marked differences. A text cannot become markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from analysis.reading.side_by_side import Group
from ui.rows import masking
from ui.session import session

_HERE = Path(__file__).parent
_READER = _HERE.parent / "reader"  # its way to draw text, with text nodes only
_COMPONENT = st.components.v2.component(
    "winnow_side_by_side",
    css=(_HERE / "side.css").read_text(encoding="utf-8"),
    js="\n".join(
        path.read_text(encoding="utf-8") for path in (_READER / "elements.js", _READER / "marks.js", _HERE / "side.js")
    ),
)


def side_by_side(
    groups: Sequence[Group], key: str, on_read: Callable[[str], None], on_act: Callable[[str], None] | None = None
) -> None:
    """Draws the groups with personal data masked.

    `on_read` gets the id of the row whose button "Read" is clicked, `on_act` the name of another button.
    """

    def read() -> None:
        row: Any = st.session_state[key].get("read")
        if isinstance(row, str):
            on_read(row)

    def act() -> None:
        name: Any = st.session_state[key].get("act")
        if isinstance(name, str) and on_act:
            on_act(name)

    if dataset := session.dataset():
        groups = masking.masked_groups(dataset, groups)
    data = {"groups": [group.as_dict() for group in groups]}
    _COMPONENT(key=key, data=data, on_read_change=read, on_act_change=act)
