"""A button that copies a text and says what was copied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

__all__ = ["copy_button"]

HERE = Path(__file__).parent


def copy_button(label: str, text: str, then: str, key: str) -> None:
    """Draws the button; once `text` is on the clipboard, the sentence `then` is shown beside it.

    All is shown as plain text. The browser copies: no rerun follows.
    """
    _component()(key=key, data={"label": label, "text": text, "then": then}, height="content")


def _component() -> Any:
    return st.components.v2.component(
        "winnow_copy",
        html='<div class="copy"></div>',
        css=(HERE / "copy.css").read_text(encoding="utf-8"),
        js=(HERE / "copy.js").read_text(encoding="utf-8"),
    )
