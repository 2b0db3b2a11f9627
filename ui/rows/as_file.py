"""The rows in view as a CSV file: the columns that the table shows, masked as on the screen."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import MESSAGES
from analysis.export.flat import csv_of
from analysis.personal_data.masked_rows import lines_of, masked_frame
from analysis.signal import ROW_ID
from ui.rows import masking
from ui.session import session
from ui.session.login import person
from ui.session.text import count, md

MOST_ROWS, AT_ONCE = 100_000, 10_000


def offer(dataset: Dataset, rows: pl.Series, columns: Sequence[str], which: str = "in view") -> None:
    """Draws the button; the file is made when it is clicked. `which` says which rows they are."""
    most = min(len(rows), MOST_ROWS)
    first = "" if most == len(rows) else f" The first {most:,} of {len(rows):,}: the page Export writes all."
    masks = " Personal data stays masked." if masking.is_on() and masking.is_known(dataset) else ""
    st.download_button(
        "CSV",
        maker(dataset, rows.head(most), columns),
        file_name="rows.csv",
        mime="text/csv",
        key="rows_as_csv",
        icon=":material/download:",
        disabled=not columns,
        on_click="ignore",
        help=f"{count(most)} {md(which, 80)}, with the columns shown, in this order.{first}{masks}",
    )


def maker(dataset: Dataset, rows: pl.Series, columns: Sequence[str]) -> Callable[[], bytes]:
    """A function that makes the file: a header, then a line per row; lists and chats are JSON.

    It runs in a thread without a session: what the session may see is decided here. Values that are not masked are
    recorded as seen.
    """
    names, headers = list(columns), [dataset.called(column) for column in columns]
    is_known, is_masked, notes, who = masking.is_known(dataset), masking.is_on(), session.notes(), person()

    def seen(piece: pl.Series) -> pl.DataFrame:
        frame = dataset.frame(names, piece)
        if is_known and is_masked:
            return masked_frame(dataset, frame, piece)
        if is_known:
            lines = lines_of(dataset, piece)
            ids = dataset.frame([ROW_ID], pl.Series(list(lines), dtype=pl.UInt32))[ROW_ID]
            values = (
                (row_id, type_)
                for row_id, several in zip(ids, lines.values(), strict=True)
                for *_, type_, is_placeholder in several
                if not is_placeholder
            )
            notes.looks.add(dataset.fingerprint, list(dict.fromkeys(values)), who)
        return frame

    def make() -> bytes:
        out = io.BytesIO()
        for start in range(0, max(len(rows), 1), AT_ONCE):
            piece = rows.slice(start, AT_ONCE)
            frame = seen(piece)
            flat = frame.select(_flat(name, dtype) for name, dtype in frame.schema.items())
            if not start:
                out.write(csv_of(pl.DataFrame([headers], orient="row"), has_header=False))
            out.write(csv_of(flat, has_header=False))
        return out.getvalue()

    return make


def _flat(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column that CSV can hold."""
    if dtype == pl.List(pl.String) and dtype != MESSAGES:
        return pl.col(name).list.join("; ")
    if dtype.is_nested():
        return pl.struct(name).struct.json_encode().alias(name)
    return pl.col(name)
