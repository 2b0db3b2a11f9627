"""The work behind the checks: which signals are missing, what computes them, and what it stopped at.

It goes on in a process of its own with low priority. Nothing here waits for it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import streamlit as st

from analysis.computing import computing
from analysis.dataset import Dataset
from analysis.errors import JobError
from analysis.findings import Outcome
from analysis.signal import Signal
from ui.session import jobs

NUMBERS = ("lengths", "tokens", "exact_duplicates")  # what the numbers and charts of the page read
BY_ITSELF = "WINNOW_CHECKS"


def wanted(dataset: Dataset, outcomes: Sequence[Outcome]) -> list[Signal]:
    """The signals that the page computes without being asked, in the catalogue's order; none of those on request."""
    missing = {name for outcome in outcomes for name in outcome.missing} | set(NUMBERS if dataset.has_examples else ())
    names = [name for name in dataset.catalogue if name in missing and name not in dataset.catalogue.on_request]
    return [signal for signal in map(dataset.signal, names) if not dataset.has(signal)]


def is_started_by_itself() -> bool:
    """Whether the page starts its checks without being asked; `WINNOW_CHECKS=on-request` turns that off."""
    return os.environ.get(BY_ITSELF) != "on-request"


def start_missing(dataset: Dataset, signals: Sequence[Signal]) -> None:
    """Starts a job for these signals, unless work on the dataset is running, or was stopped by a person.

    A signal at which an earlier job failed is left out.
    """
    if not is_started_by_itself() or st.session_state.get(_stopped(dataset)) or running(dataset):
        return
    _note_failure(dataset, signals)
    if todo := [signal for signal in signals if not failure(signal)]:
        start(dataset, todo)


def start(dataset: Dataset, signals: Sequence[Signal]) -> None:
    """Starts a job of low priority for these signals, also after it was stopped or has failed."""
    st.session_state[_stopped(dataset)] = False
    for signal in signals:
        st.session_state.pop(_failed(signal), None)
    jobs.compute_together(dataset, signals, is_background=True)


def stop(dataset: Dataset) -> None:
    """Stops the work on every signal of the dataset; what is finished stays."""
    st.session_state[_stopped(dataset)] = True
    for signal in _at_work(dataset):
        jobs.stop_signal(dataset, signal)


def running(dataset: Dataset) -> list[str]:
    """The names of the signals that are being computed, or that wait for a job of this session."""
    return [signal.name for signal in _at_work(dataset)]


def _at_work(dataset: Dataset) -> list[Signal]:
    return [s for s in dataset.signals() if not dataset.has(s) and (_has_job(s) or computing.is_running(dataset, s))]


def _has_job(signal: Signal) -> bool:
    job = st.session_state.get(f"job_{signal.key}")
    return job is not None and not jobs.is_over(job)


def failure(signal: Signal) -> str:
    """Why the latest job of this session could not compute the signal; "" where none has failed at it."""
    return str(st.session_state.get(_failed(signal), ""))


def _note_failure(dataset: Dataset, signals: Sequence[Signal]) -> None:
    """Notes at which signal a job has failed: the first that it left with a started computation, else the first."""
    for job in dict.fromkeys(st.session_state.get(f"job_{signal.key}") for signal in signals):
        left = [signal for signal in signals if st.session_state.get(f"job_{signal.key}") == job]
        if job and jobs.has_failed(job) and not any(map(failure, left)):
            begun = [signal for signal in left if computing.progress(dataset, signal)] or left
            st.session_state[_failed(begun[0])] = _reason(job)


def _reason(job: str) -> str:
    try:
        jobs.result(job)
    except JobError as error:
        return str(error)
    return ""


def _stopped(dataset: Dataset) -> str:
    return f"checks_stopped_{dataset.id}"


def _failed(signal: Signal) -> str:
    return f"failed_{signal.key}"
