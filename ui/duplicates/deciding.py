"""Tagging what would be dropped: one action with its count, a reason for each row, and undo."""

from __future__ import annotations

import numpy as np
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.duplicates import decisions
from analysis.signal import ROW_ID
from ui.duplicates import many, state
from ui.duplicates.state import Found, Policy
from ui.rows import tagging
from ui.session import places
from ui.session.cache_keys import Key
from ui.session.clicks import clicked
from ui.session.text import count, cut, md


def tag(dataset: Dataset, grouping: Found, policy: Policy) -> None:
    """Tags the rows to drop with their reasons, and untags those that an earlier decision of this kind dropped."""
    many.warn(dataset, grouping)
    on, off = _changes(grouping.key, policy.tag, dataset, grouping)
    again = f"; {count(len(off))} kept now would lose it" if len(off) else ""
    st.text(
        f"{count(len(on))} would get the tag “{cut(policy.tag, 40)}”, each with its reason{again}. Nothing is deleted."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        look = "secondary" if many.share_of(dataset, grouping) > many.MANY_SHARE else "primary"
        words = (
            f"Tag {count(len(on))} “{md(policy.tag, 40)}”" if len(on) or not len(off) else f"Untag {count(len(off))}"
        )
        if clicked(words, "tag_duplicates", type=look, disabled=not (len(on) or len(off))):
            _tag(dataset, grouping, policy, on, off)
            st.rerun()
        st.page_link(places.page("export"), label="See what is exported", icon=":material/ios_share:")


@st.cache_resource(max_entries=8, show_spinner=False)
def _changes(key: Key, tag: str, _dataset: Dataset, _found: Found) -> tuple[pl.Series, pl.Series]:
    """Positions of rows that get the tag, and of those that lose it."""
    tagged = _dataset.column("tags").list.contains(tag).to_numpy()
    drop = _found.decision.drop
    off = state.among(_dataset, _found.choice.kind, tag) & tagged & ~drop
    return pl.Series(np.flatnonzero(drop & ~tagged)), pl.Series(np.flatnonzero(off))


def _tag(dataset: Dataset, grouping: Found, policy: Policy, on: pl.Series, off: pl.Series) -> None:
    ids = dataset.column(ROW_ID)
    rows = {**dict.fromkeys(ids.gather(on).to_list(), True), **dict.fromkeys(ids.gather(off).to_list(), False)}
    reasons = dict(decisions.reasons(dataset, grouping.choice, grouping.decision).iter_rows())
    why = decisions.why(dataset, grouping.choice.kind)
    tagging.say(dataset, rows, policy.tag, why, reasons)
