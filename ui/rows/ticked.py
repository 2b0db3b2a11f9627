"""A table in which a person ticks a line: one whose tick stays, or one whose tick is used once."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

Table = pl.DataFrame | list[dict[str, Any]]


def ticked(table: Table, key: str, alt: str, **options: Any) -> int | None:
    """Draws the table; the number of the ticked line, None if no line is ticked or the ticked one no longer exists.

    `key` is the widget's, `alt` says what the table shows, `options` are more of `st.dataframe`.
    """
    picked = st.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="single-row", key=key, alt=alt, **options
    )
    lines = [line for line in picked.selection.rows if line < len(table)]
    return lines[0] if lines else None


def ticked_once(table: Table, key: str, alt: str, **options: Any) -> int | None:
    """The same, but each tick is returned once.

    The table then gets another key, which removes the tick; otherwise the browser sends it again with every later
    click.
    """
    line = ticked(table, f"{key}_{ticks_of(key)}", alt, **options)
    if line is not None:
        use_tick(key)
    return line


def ticks_of(key: str) -> int:
    """How many ticks of this table were used in this session."""
    return int(st.session_state.get(f"{key}_ticks", 0))


def use_tick(key: str) -> None:
    """Counts a tick as used."""
    st.session_state[f"{key}_ticks"] = ticks_of(key) + 1
