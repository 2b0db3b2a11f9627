"""The choice of the page Export to write one record per solved example of a few-shot prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.export.request import UNPACKABLE
from analysis.export.unpacked_rows import UnpackedShots
from ui.session import session
from ui.session.text import count


def choose(dataset: Dataset, to: str) -> bool:
    """Whether examples are unpacked, off by default; asked where the format can hold them, the signal prompt_format is
    computed and it found some in the rows in view."""
    if to not in UNPACKABLE or not (rows := _packed(dataset)):
        return False
    return st.checkbox(
        f"One record per solved example: {count(rows)} in view {'holds' if rows == 1 else 'hold'} some",
        key="unpack_shots",
        help="A few-shot prompt becomes one record per example, with its input as prompt and its answer as response, "
        "and one for the input at its end, where the row has a response. Labels and a text before the examples "
        "are left out.",
    )


def _packed(dataset: Dataset) -> int:
    """The rows in view whose prompts hold solved examples; 0 where they were not looked for."""
    signal = dataset.signal("prompt_format")
    if not dataset.has(signal):
        return 0
    shots = pl.read_parquet(dataset.path(signal), columns=["packed_shots"])["packed_shots"]
    return int((shots.gather(dataset.rows_of(session.view())) > 0).sum())


def made(done: Mapping[str, Any]) -> str:
    """What an export has unpacked, in sentences; "" where that was not asked. `done`: its result."""
    shots = done.get("unpacked_shots")
    return " ".join(UnpackedShots(**shots).sentences) if shots else ""
