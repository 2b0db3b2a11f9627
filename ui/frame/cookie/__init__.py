"""A small value, such as a person's name, kept by their browser from one visit to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

__all__ = ["keep"]

HERE = Path(__file__).parent


def keep(cookie: str, value: str) -> None:
    """Stores the value in a cookie of this server, which the browser sends when it connects again; "" removes it."""
    with st.container(key=f"kept_{cookie}"):
        _component()(key=f"keeper_{cookie}", data={"cookie": cookie, "value": value}, height="content")


def _component() -> Any:
    return st.components.v2.component(
        "winnow_cookie", html="<span></span>", js=(HERE / "cookie.js").read_text(encoding="utf-8")
    )
