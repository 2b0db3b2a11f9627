"""The rows below the map: those in view, such as those inside a drawn area, or the nearest to a sentence."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from ui.map.similar import Nearest
from ui.rows import browser
from ui.session import session


def listed(dataset: Dataset, nearest: Nearest | None) -> pl.Series | None:
    """The rows to list, in order; null while all rows are in view and none is open, since the map shows them."""
    if nearest is not None:
        return browser.in_order(dataset, nearest.rows["row"], nearest.named)
    if session.view().active or "row" in st.query_params:
        return browser.in_order(dataset, dataset.rows_of(session.view()))
    return None


def table(dataset: Dataset, sequence: pl.Series, nearest: Nearest | None) -> None:
    """Draws them in the table of rows."""
    if nearest is None:
        browser.table(dataset, sequence)
        return
    cosines = pl.DataFrame({"row": sequence}).join(
        nearest.rows.select("row", "cosine"), on="row", maintain_order="left"
    )
    browser.table(
        dataset, sequence, of=nearest.view, which="nearest in meaning", more={"cosine": cosines["cosine"].round(3)}
    )
