"""The pages by name, for the menu and for links from one page to another."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parents[2]
ADDRESSES = {"noise": "format", "reading": "read"}  # so that links shared before stay valid


def page(name: str, *, title: str | None = None, icon: str | None = None, default: bool = False) -> st.Page:
    """The page with that file name; without `title` and `icon` it is the target of a link."""
    return st.Page(ROOT / "pages" / f"{name}.py", title=title, icon=icon, url_path=ADDRESSES.get(name), default=default)
