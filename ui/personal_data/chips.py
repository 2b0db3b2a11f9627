"""What is the text of a filter on one value: its type and number of rows, since its keyed hash tells people nothing."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.personal_data import tables
from analysis.personal_data.types import described
from analysis.view import Filter
from ui.session.cache_keys import Key, key_of
from ui.session.text import count

SIGNALS = {column: signal for signal, column in tables.VALUES.items()}


def words(dataset: Dataset, asked: Filter) -> str | None:
    """A filter that names a value by its hash, in words; None for any other."""
    signal = SIGNALS.get(asked.column) if asked.op in ("has", "nothas") else None
    if signal is None or not dataset.has(hits := dataset.signal(signal)):
        return None
    value = _value(key_of(dataset, hits), asked.value, signal, dataset)
    without = "" if asked.op == "has" else "without "
    return f"personal data: {without}{value}"


@st.cache_data(max_entries=256, show_spinner=False)
def _value(key: Key, value: str, signal: str, _dataset: Dataset) -> str:
    type_and_rows = tables.value_in(_dataset, value, signal)
    if type_and_rows is None:
        return "a value that no row holds"
    type_, rows = type_and_rows
    title = described(type_).title
    title = title if title.split()[0].isupper() else title[0].lower() + title[1:]
    return f"{'an' if title[0] in 'aeioI' else 'a'} {title} found in {count(rows)}"
