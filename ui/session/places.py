"""The pages by name, for the menu and for links from one page to another."""

from __future__ import annotations

import ast
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parents[2]
ADDRESSES = {"noise": "format", "reading": "read"}  # so that links shared before stay valid
TITLES = {"noise": "Format", "reading": "Read"}  # where the menu has another word than the file


def page(name: str, *, title: str | None = None, icon: str | None = None, default: bool = False) -> st.Page:
    """The page with that file name; without `title` and `icon` it is the target of a link."""
    return st.Page(ROOT / "pages" / f"{name}.py", title=title, icon=icon, url_path=ADDRESSES.get(name), default=default)


def title_of(name: str) -> str:
    """The title of a page in the menu, by the name of its file."""
    return TITLES.get(name, name.replace("_", " ").capitalize())


@st.cache_data(show_spinner=False)
def question_of(title: str) -> str:
    """The question that the page of that title answers: the first line of its file; empty for a title of no page."""
    path = next((path for path in (ROOT / "pages").glob("*.py") if title_of(path.stem) == title), None)
    if path is None:
        return ""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
