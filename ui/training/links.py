"""The choice of the page Training in its address, so that a link says by which template its numbers were counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from analysis.dataset import Dataset
from ui.session.text import cut

FIELDS = ("template", "tokenizer", "rule", "max_length", "truncation", "serve", "variables")
WRITTEN, FOREIGN = "training_written", "training_link"


def of_link() -> dict[str, str]:
    """What the address says of the choice, by field."""
    return {field: value for field in FIELDS if (value := st.query_params.get(field))}


def compare(dataset: Dataset, now: Mapping[str, str], use: Callable[[Dataset, Mapping[str, str]], None]) -> None:
    """Writes the choice to the address. If a link came with another choice, it says so and offers to `use` that one."""
    asked, chosen = of_link(), {field: value for field, value in now.items() if value}
    if asked != st.session_state.get(WRITTEN) and any(chosen.get(field) != value for field, value in asked.items()):
        st.session_state[FOREIGN] = {"dataset": dataset.id, "asked": asked}
    for field in FIELDS:
        if field not in chosen:
            st.query_params.pop(field, None)
        elif asked.get(field) != chosen[field]:
            st.query_params[field] = chosen[field]
    st.session_state[WRITTEN] = chosen
    foreign = st.session_state.get(FOREIGN, {})
    if foreign.get("dataset") != dataset.id:
        return
    others = [f"{field} {cut(value, 60)}" for field, value in foreign["asked"].items() if chosen.get(field) != value]
    if not others:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(f"The link was made with another choice than the one of this workspace: {', '.join(others)}.")
        st.button("Use that of the link", key="use_link", on_click=_use, args=(dataset, foreign["asked"], use))


def _use(dataset: Dataset, asked: Mapping[str, str], use: Callable[[Dataset, Mapping[str, str]], None]) -> None:
    st.session_state.pop(FOREIGN, None)
    use(dataset, asked)
