"""Whether proposed texts go out, and which tagged rows wait for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.signal import ROW_ID
from ui.session.text import count

FIX = "fix"


class Choice(NamedTuple):
    """As in an export request: "take" or "ignore", the tags of rows that come back with a proposed text, and the tags
    of rows that cannot come back because proposed texts are left out."""

    proposals: str
    until: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def choose(dataset: Dataset, tags: Sequence[str]) -> Choice:
    """The choice of a person; nothing is asked where no row has a proposed text and no row has a tag."""
    ids = dataset.column(ROW_ID).implode()
    rows = dataset.proposals.filter(pl.col(ROW_ID).is_in(ids))[ROW_ID].n_unique()
    is_taken = not rows or st.toggle(
        f"Take the proposed texts of {count(rows)}",
        value=True,
        key="take_proposed",
        help="The file itself does not change. Off: the texts of the file are exported.",
    )
    if not tags:
        return Choice("take" if is_taken else "ignore")
    until = st.multiselect(
        "Leave out rows tagged, until they have a proposed text",
        tags,
        default=[tag for tag in (FIX,) if tag in tags],
        key="until_proposed",
        placeholder="none",
        help="For rows whose answers are written anew: they come back when the new text is there.",
    )
    return Choice("take", tuple(until)) if is_taken else Choice("ignore", without=tuple(until))
