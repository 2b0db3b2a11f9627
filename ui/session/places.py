"""Where the pages lie, for links from one to another."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parents[2]


def page(name: str) -> st.Page:
    """The page of that file name. The menu lies in another folder, so that a relative path would not find it."""
    return st.Page(ROOT / "pages" / f"{name}.py")
