"""A warning where many of the rows would go: most often a template makes them similar, and no row is a copy."""

from __future__ import annotations

import numpy as np
import streamlit as st

from analysis.dataset import Dataset
from ui.duplicates import parameters
from ui.duplicates.state import Found
from ui.session import session
from ui.session.number_words import count, share

MANY_SHARE = 0.2
"""Of the rows in view: above it the page warns, and has no primary button."""
MOST = 0.5


def share_of(dataset: Dataset, grouping: Found) -> float:
    """The share of the rows in view that would be dropped."""
    return grouping.summary.rows_to_drop / max(len(dataset.rows_of(session.view())), 1)


def warn(dataset: Dataset, grouping: Found) -> None:
    """Says which share of the rows would go, whether text that many rows share is a reason, and offers to leave it out
    or to compare the responses alone; nothing where few rows would go."""
    part = share_of(dataset, grouping)
    if part <= MANY_SHARE:
        return
    kind = grouping.choice.kind
    sentence = f"{share(part)} of the rows would go."
    ignores = ""
    if kind == "near":
        sharing, is_most = _sharing(dataset, grouping)
        if dataset.signal("near_pairs").parameters["boilerplate"] != "kept":
            sentence += " Text that many rows share at their beginning or end is not compared."
        else:
            ignores = "Ignore shared text" + (f" ({count(sharing)})" if sharing else "")
            if is_most:
                sentence += f" Most of the likeness may be text that {count(sharing)} share."
    over = dataset.signal(parameters.signal_of(kind)).parameters.get("over")
    is_whole = over in ("row", "prompt+response") and {"prompt", "response"} <= set(dataset.canonical)
    with st.container(border=True, key="many_duplicates"):
        st.text(f"{sentence} Look at some groups below before you tag.")
        if not ignores and not is_whole:
            return
        with st.container(horizontal=True):
            if ignores:
                st.button(
                    ignores,
                    key="ignore_shared",
                    on_click=parameters.choose,
                    args=(dataset, kind, "boilerplate", "aside"),
                )
            if is_whole:
                st.button(
                    "Compare responses only",
                    key="responses_only",
                    on_click=parameters.choose,
                    args=(dataset, kind, "over", "response"),
                )


def _sharing(dataset: Dataset, grouping: Found) -> tuple[int, bool]:
    """How many rows in view begin or end with text that many rows share, and whether that is so of most rows to drop;
    0 where shared passages are not computed."""
    if not dataset.has(dataset.signal("shared_spans")):
        return 0, False
    has_shared = dataset.column("has_boilerplate").fill_null(False)
    dropped = has_shared.gather(np.flatnonzero(grouping.decision.drop))
    rows = int(has_shared.gather(dataset.rows_of(session.view())).sum())
    return rows, int(dropped.sum()) > MOST * len(dropped)
