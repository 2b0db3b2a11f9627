"""The row that is open beside the table: the reader in place, over the same rows in the same order."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.signal import ROW_ID
from analysis.view import View
from ui.reading import desk, reading_order
from ui.rows import masking, order
from ui.rows.browser import open_in_reader

STYLE = """<style>
.st-key-side_panel { position: sticky; top: 4.5rem; }
</style>"""


def is_open(dataset: Dataset) -> bool:
    """Whether the address names a row of the dataset."""
    row_id = st.query_params.get("row")
    return row_id is not None and bool((dataset.column(ROW_ID) == row_id).any())


def side_panel(dataset: Dataset, sequence: pl.Series, of: View | None = None) -> None:
    """Draws the reader at the row of the address. `of` is the view of these rows if they are not those in view."""
    st.html(STYLE)
    with st.container(key="side_panel", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Close", key="close_row", icon=":material/close:", on_click=_close)
            if st.button("Read in full width", key="read_row", icon=":material/open_in_full:"):
                open_in_reader(dataset, str(st.query_params["row"]), of)
            masking.say_if_unknown(dataset)
        by = order.of_address(dataset)
        words = [*map(str, by or ("table",)), *(of.to_params() if of else ())]
        desk.desk(dataset, sequence, reading_order.revision(dataset, "|".join(words), 0), of)


def _close() -> None:
    st.query_params.pop("row", None)
