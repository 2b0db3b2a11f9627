"""How far the checks are: what is being computed, what was not run and why, with a button that runs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from analysis.computing import computing
from analysis.dataset import Dataset
from analysis.findings import Outcome
from ui.findings import background
from ui.session import jobs
from ui.session.text import count, duration


def progress(dataset: Dataset, checks: Sequence[Outcome]) -> None:
    """What is running and how far it is; draws the page again when something is ready."""
    computed = _computed(dataset)
    if background.running(dataset):
        _progress(dataset, computed)
    elif any(outcome.state == "not run" for outcome in checks):
        _watch(dataset, (*computed, *_tried(dataset, checks)), checks)


def _computed(dataset: Dataset) -> tuple[str, ...]:
    return tuple(s.key for s in dataset.signals() if dataset.has(s))


def _tried(dataset: Dataset, checks: Sequence[Outcome]) -> tuple[str, ...]:
    """The signals whose costs are known, of those that are not computed."""
    return tuple(one.signal.key for one in background.left(dataset, checks) if one.seconds is not None)


@st.fragment(run_every=2)
def _watch(dataset: Dataset, before: tuple[str, ...], checks: Sequence[Outcome]) -> None:
    """Draws the page again when another page, window or person starts work on the dataset, or has done some."""
    if background.running(dataset) or before != (*_computed(dataset), *_tried(dataset, checks)):
        st.rerun()


@st.fragment(run_every=1)
def _progress(dataset: Dataset, computed: tuple[str, ...]) -> None:
    at_work = background.running(dataset)
    if not at_work or computed != _computed(dataset):
        st.rerun()
    now = [name for name in at_work if computing.is_running(dataset, dataset.signal(name))]
    first = (now or at_work)[0]
    state = computing.progress(dataset, dataset.signal(first))
    left = f", about {duration(state.seconds_left)} left" if state and state.seconds_left else ""
    then = f", then {count(len(at_work) - 1, 'other step')}" if len(at_work) > 1 else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"Computing {jobs.name_of(first)}{left}{then}. You can use all pages during this time."
        st.progress(state.share if state else 0.0, words)
        st.button("Stop", key="stop_checks", on_click=background.stop, args=(dataset,))


def not_run(dataset: Dataset, checks: Sequence[Outcome]) -> None:
    """The checks that can be run and were not: why, what it takes, and a button."""
    undone = [outcome for outcome in checks if outcome.state == "not run"]
    on_request = [o for o in undone if set(o.missing) & dataset.catalogue.on_request]
    left = [o for o in undone if o.missing and o not in on_request]
    if left:
        with st.container(horizontal=True, vertical_alignment="center"):
            _not_run(dataset, left)
            _run_button(dataset, left, "Run these checks", "run_checks")
    _not_run(dataset, [o for o in undone if not o.missing])
    if on_request:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{count(len(on_request), 'check')} run only on request: they take longer, or guess.")
            _run_button(dataset, on_request, "Run these checks too", "run_on_request")


def _not_run(dataset: Dataset, those: Sequence[Outcome]) -> None:
    for sentence, checks in Counter(why(dataset, outcome) for outcome in those).items():
        st.text(f"{count(checks, 'check')} not run. {sentence}")


def _run_button(dataset: Dataset, those: Sequence[Outcome], label: str, key: str) -> None:
    names = {name for outcome in those for name in outcome.missing}
    signals = [signal for signal in dataset.signals() if signal.name in names and not dataset.has(signal)]
    if not signals:
        return
    estimates = [computing.estimate(dataset, signal) for signal in signals]
    seconds = sum(estimate for estimate in estimates if estimate is not None)
    cost = f" (about {duration(seconds)})" if seconds and None not in estimates else ""
    st.button(f"{label}{cost}", key=key, on_click=background.start, args=(dataset, signals))


def why(dataset: Dataset, outcome: Outcome) -> str:
    """Why a check was not run: the error of the job, where it failed."""
    failures = [(name, background.failure(dataset.signal(name))) for name in outcome.missing]
    for name, error in failures:
        if error:
            return f"Computing {jobs.name_of(name)} failed: {error}"
    if set(outcome.missing) & dataset.catalogue.on_request:
        return "These run only on request, by the button above."
    return (
        f"{outcome.why} {outcome.to_do}" if not outcome.missing else "The columns that they read are not computed yet."
    )
