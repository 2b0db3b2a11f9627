"""The table beside a chart: the numbers that it draws, each line with what a click on its mark does, and as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st

from analysis.export import flat
from ui.rows.ticked import ticked_once, ticks_of, use_tick
from ui.session.text import cut, told_apart

SHOWN_LINES = 12
WIDTH, HEIGHT = 460, 36
CHARS = 200


def beside(table: Callable[[], pl.DataFrame], key: str, name: str, pick: Callable[[int], None] | None = None) -> None:
    """A small button that opens the table of a chart; `pick` gets the number of a ticked line.

    The table is made when it is opened. Columns of shares end in "share" and are 0 to 1.
    """
    with st.container(key=f"beside_{key}", width="content"):
        opened = st.popover(
            told_apart("Table", name),
            icon=":material/table_rows:",
            type="tertiary",
            key=f"table_{key}",
            on_change="rerun",
            wrap=False,
        )
    if not opened.open:
        return
    with opened:
        shown = table()
        lines = shown.with_columns(pl.col(pl.String).map_elements(_line, return_dtype=pl.String))
        if pick and (chosen := _choose(lines, key)) is not None:
            pick(chosen)
            st.rerun()
        options: dict[str, Any] = {
            "column_config": {column: _number(column) for column, dtype in shown.schema.items() if dtype.is_numeric()},
            "width": WIDTH,
            "height": "content" if shown.height <= SHOWN_LINES else HEIGHT * SHOWN_LINES,
        }
        if pick is None:
            st.dataframe(lines, hide_index=True, key=f"lines_{key}", alt=f"Table: {name}", **options)
        elif (number := ticked_once(lines, f"lines_{key}", f"Table: {name}", **options)) is not None:
            pick(number)
            st.rerun()
        st.download_button(
            "CSV",
            data=lambda: flat.csv_of(shown),
            file_name=file_name(name),
            mime="text/csv",
            key=f"csv_{key}",
            icon=":material/download:",
            on_click="ignore",
        )


def _choose(lines: pl.DataFrame, key: str) -> int | None:
    """A list of the lines, which the keyboard reaches, other than the ticks of a table; the number of a line chosen."""
    texts = [column for column in lines.columns if lines[column].dtype == pl.String]
    words = [" · ".join(text for text in line if text is not None) for line in lines.select(texts).iter_rows()]
    name = f"lines_{key}"
    chosen = st.selectbox(
        "Filter to",
        range(lines.height),
        index=None,
        format_func=words.__getitem__,
        key=f"choose_{name}_{ticks_of(name)}",
        placeholder="Choose a line, or tick it in the table",
        width=WIDTH,
    )
    if chosen is not None:
        use_tick(name)
    return chosen


def _line(text: str) -> str:
    return cut(text, CHARS) or "(empty)"


def _number(name: str) -> Any:
    return st.column_config.NumberColumn(format="percent" if name.endswith("share") else "localized")


def file_name(name: str, suffix: str = ".csv") -> str:
    """A name of a file for a chart of that name, of letters, digits and hyphens."""
    return (re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:60] or "chart") + suffix
