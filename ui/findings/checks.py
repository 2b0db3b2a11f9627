"""What the checks of the open dataset came to, and what people made of their findings; starts what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analysis.annotations import Annotations
from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from analysis.findings import Outcome, outcomes
from analysis.inbox import Line, inbox, record_counts, untouched, versions_of
from ui.findings import background
from ui.session import session
from ui.session.cache_keys import Key, key_of


@st.cache_resource(max_entries=16, show_spinner=False)
def _outcomes(key: Key, _dataset: Dataset) -> list[Outcome]:
    return outcomes(_dataset)


@st.cache_resource(max_entries=16, show_spinner=False)
def _is_recorded(key: Key, _dataset: Dataset, _outcomes: Sequence[Outcome], _notes: Annotations) -> bool:
    record_counts(_dataset, _outcomes, _notes)
    return True


@st.cache_resource(max_entries=16, show_spinner=False)
def _versions(key: Key, _dataset: Dataset, _notes: Annotations) -> list[str]:
    return versions_of(_dataset, _notes)


@st.cache_resource(max_entries=16, show_spinner=False)
def _lines(
    key: Key, _dataset: Dataset, _outcomes: Sequence[Outcome], _notes: Annotations, _versions: Sequence[str]
) -> list[Line]:
    return inbox(_dataset, _outcomes, _notes, _versions)


def checked(dataset: Dataset) -> list[Outcome]:
    """What each check came to in the whole dataset; starts the work for those that are missing."""
    done = _outcomes(key_of(dataset, *dataset.signals()), dataset)
    background.start_missing(dataset, done)
    at_work = background.running(dataset)
    return [outcome.while_running(at_work) for outcome in done]


def lines(dataset: Dataset, checks: Sequence[Outcome]) -> list[Line]:
    """The lines of the inbox; without answers and states, and with the reason, where these cannot be read."""
    notes, signals = session.notes(), dataset.signals()
    running = [outcome.check.name for outcome in checks if outcome.state == "running"]
    try:
        if not running:
            _is_recorded(key_of(dataset, *signals), dataset, checks, notes)
        kept = str(notes.versions.revision())
        versions = _versions(key_of(dataset, "row_id", more=(kept,)), dataset, notes)
        answers = map(str, sorted(notes.judgements.revisions().items()))
        key = key_of(dataset, *signals, more=(kept, notes.states.revision(), *answers, *running))
        return _lines(key, dataset, checks, notes, versions)
    except AnnotationError as error:
        st.text(f"Answers and states are not shown. {error}")
        return untouched(checks)
