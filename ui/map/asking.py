"""Asking a chat endpoint for better names of clusters: what would be sent, the job, and its result."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analysis.dataset import Dataset
from analysis.map import asked_names
from analysis.map.asked_names import Questions
from analysis.map.cards import cluster_cards
from analysis.view import View
from ui.session import jobs
from ui.session.cache_keys import Key, key_of
from ui.session.text import count, cut


def ask(dataset: Dataset) -> None:
    """Offers to ask the configured endpoint, and says what would leave this machine; shows nothing without one."""
    if not (asked_names.url() and asked_names.model()):
        return
    if running := st.session_state.get("names_job"):
        jobs.wait_for(running, f"Asking {cut(asked_names.model(), 40)} for names", _done)
        return
    jobs.show_error()
    if result := st.session_state.pop("names_said", None):
        st.text(result)
    with st.popover("Ask for names", key="ask_names", on_change="rerun") as opened:
        if opened.open:
            questions = _questions(key_of(dataset, dataset.signal("clusters")), dataset)
            st.text(
                f"{count(questions.texts, 'text')} in {count(len(questions.of), 'question')} of {questions.chars:,} "
                f"characters would leave this machine for {cut(asked_names.model(), 60)} at "
                f"{cut(asked_names.url(), 120)}. "
                "Its names replace the generated ones. Each can be changed, or the generated one restored."
            )
            st.button("Send them", type="primary", key="send_names", on_click=_start, args=(dataset,))


@st.cache_resource(max_entries=4, show_spinner="Reading the clusters …")
def _questions(key: Key, _dataset: Dataset) -> Questions:
    return asked_names.questions(_dataset, cluster_cards(_dataset, _dataset.rows_of(View())))


def _start(dataset: Dataset) -> None:
    st.session_state["names_job"] = jobs.start("map", "--ask-names", "--send", "--", dataset.id)


def _done(result: Any) -> None:
    st.session_state.pop("names_job", None)
    if result is not None:
        st.session_state["names_said"] = f"{count(len(result['asked_names']), 'cluster')} got other names."
