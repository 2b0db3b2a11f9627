"""The hover text of a point of the map: fetched on hover, one row at a time.

15,000 texts would be more than the whole page may send, and would be sent again with every change of the view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.joined_values import split_values
from analysis.map.chosen import own_column
from ui.map import colours
from ui.rows import cluster_names, masking
from ui.session.text import cut

SHOWN_CHARS = 120
HERE = Path(__file__).parent
COMPONENT = st.components.v2.component(
    "winnow_map_hover",
    css=(HERE / "hover.css").read_text(encoding="utf-8"),
    js=(HERE / "hover.js").read_text(encoding="utf-8"),
)


@st.fragment
def hover(dataset: Dataset, chart: str, key: str, traces: Sequence[pl.Series], colour: str) -> None:
    """Shows the text of the row under the pointer; only this fragment reruns. `key` names what is drawn."""
    held: Any = st.session_state.get("map_hover") or {}
    asked = held.get("asked")
    row = row_at(asked, key, traces)
    answer = None
    if row is not None:
        shown = lines(dataset, row, colour, cluster_names.of_level(dataset, "cluster"))
        answer = {"of": [asked["trace"], asked["point"]], "lines": shown}
    COMPONENT(key="map_hover", data={"chart": chart, "drawn": key, "said": answer}, on_asked_change=lambda: None)


def row_at(asked: object, key: str, traces: Sequence[pl.Series]) -> int | None:
    """The position of the row of a point; None if the browser asks about a map that is no longer drawn."""
    if not isinstance(asked, Mapping) or asked.get("drawn") != key:
        return None
    trace, point = asked.get("trace"), asked.get("point")
    if not isinstance(trace, int) or not isinstance(point, int) or not 0 <= trace < len(traces):
        return None
    return int(traces[trace][point]) if 0 <= point < len(traces[trace]) else None


def lines(dataset: Dataset, row: int, colour: str, names: Mapping[int, str]) -> list[str]:
    """The beginning of the text that was embedded, its cluster, and the value that colours the point."""
    beginnings = texts(dataset, pl.Series("row", [row], dtype=pl.UInt32))
    shown = [beginnings[0] or "(empty)"]
    number = own_column(dataset, "cluster")[row]
    shown.append(f"cluster {number}: {cut(names.get(number, ''), 60)}" if number >= 0 else "not in a cluster")
    if colour not in colours.WORDS:
        value = dataset.column(colour)[row]
        words = ", ".join(map(str, value)) if isinstance(value, list | pl.Series) else value
        shown.append(f"{cut(colour, 40)}: {'missing' if words is None else cut(str(words))}")
    shown.append(f"row {row + 1:,}")
    return shown


def texts(dataset: Dataset, rows: pl.Series, chars: int = SHOWN_CHARS) -> list[str]:
    """The first characters of the embedded texts of these rows, one line each, masked as in this session."""
    cluster_names = embedded_columns(dataset)
    frame = masking.masked(dataset, dataset.frame(cluster_names, rows), rows)
    together = frame.select(pl.concat_str(pl.all().cast(pl.String), separator=" ⏎ ", ignore_nulls=True)).to_series()
    return [cut(" ".join((text or "").split()), chars) for text in together.str.head(4 * chars).to_list()]


def embedded_columns(dataset: Dataset) -> list[str]:
    """The columns whose texts were embedded; for vectors from a column, the text columns shown instead."""
    parameters = dataset.signal("embedding").parameters
    over = str(parameters["over"])
    if over == "columns" and parameters["texts"]:
        return split_values(str(parameters["texts"]))
    wanted = [name for name in over.split("+") if name in dataset.canonical]
    return wanted or dataset.texts()[:1] or ["row_id"]
