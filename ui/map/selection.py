"""The rows in view below the map, such as those inside a drawn area; a ticked one opens in the reader."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.signal import ROW_ID
from ui.map import hover
from ui.rows import browser
from ui.rows.ticked import ticked_once
from ui.session import session
from ui.session.number_words import count

LISTED = 100
HEIGHT = 320  # pixels


def rows_in_view(dataset: Dataset) -> None:
    """A line per row in view with the beginning of its text, at most 100; nothing while all rows are in view."""
    view = session.view()
    if not view.active:
        return
    rows = dataset.rows_of(view)
    listed = rows.head(LISTED)
    some = f", the first {LISTED} listed" if len(rows) > LISTED else ""
    st.markdown(f"**{count(len(rows))} in view**{some}. Tick one to read it.")
    lines = [{"row": row + 1, "text": text} for row, text in zip(listed, hover.texts(dataset, listed), strict=True)]
    config = {"row": st.column_config.NumberColumn(format="localized", width=70)}
    number = ticked_once(
        lines,
        "rows_on_map",
        f"{count(len(listed))} in view",
        height="content" if len(lines) < 8 else HEIGHT,
        column_config=config,
    )
    if number is not None:
        browser.open_in_reader(dataset, dataset.frame([ROW_ID], listed)[ROW_ID][number])
