"""The turns of the chats in view on the page Lengths: how many by role, how long, and which tools they call."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import ModelError
from analysis.structure.tables import Turns, turns_in
from analysis.view import View
from ui.rows import masking
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count, cut

LONGEST_NAME = 60
OF_TOOLS = {"chats": "chats that call it", "declare": "chats that declare it"}


@st.cache_resource(max_entries=16, show_spinner="Counting the turns …")
def _turns(key: Key, _dataset: Dataset, _view: View) -> Turns:
    return turns_in(_dataset, _view)


def show(dataset: Dataset) -> None:
    """A table of the roles, and one of the tools that are called or declared; nothing in a dataset without chats."""
    if "messages" not in dataset.canonical:
        return
    st.subheader("Turns by role", anchor=False)
    try:
        turns = _turns(key_of(dataset, dataset.signal("tokens"), view=session.view()), dataset, session.view())
    except ModelError as error:
        st.text(str(error))
        return
    if not turns.chats:
        st.text("No row in view is a chat. Remove a filter to see the turns.")
        return
    part = f"{turns.looked_at:,} of {turns.chats:,} chats in view, drawn by chance"
    st.text(f"In {part if turns.looked_at < turns.chats else count(turns.chats, 'chat') + ' in view'}.")
    _table(dataset, turns.by_role, "Turns by role")
    if turns.by_tool.is_empty():
        st.text("No tool is called or declared.")
        return
    st.subheader("Calls by tool", anchor=False)
    _table(dataset, turns.by_tool.rename(OF_TOOLS), "Calls by tool")


def _table(dataset: Dataset, table: pl.DataFrame, alt: str) -> None:
    """The table with its names as this session may see them, cut to one line."""
    name, *rest = [column for column in table.columns if column != "row"]
    seen = masking.masked(dataset, table.select(name), table["row"])[name]
    lines = {name: [cut(text, LONGEST_NAME) or "(without a name)" for text in seen]}
    lines |= {column.replace("_", " "): table[column].to_list() for column in rest}
    columns = {
        column: st.column_config.NumberColumn(format="%.1f" if " per " in column else "localized")
        for column in lines
        if column != name
    }
    st.dataframe(lines, hide_index=True, column_config=columns, alt=alt)
