"""The name of a person, kept by their browser from one visit to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

__all__ = ["keep_name"]

HERE = Path(__file__).parent


def keep_name(cookie: str, name: str) -> None:
    """Stores the name in a cookie of this server, which the browser sends when it connects again; "" removes it."""
    with st.container(key="kept_name"):
        _component()(key="name_keeper", data={"cookie": cookie, "name": name}, height="content")


def _component() -> Any:
    return st.components.v2.component(
        "winnow_name", html="<span></span>", js=(HERE / "name.js").read_text(encoding="utf-8")
    )
