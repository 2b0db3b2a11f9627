"""The work behind the checks: what fits into the budget, what computes it, what it stopped at, and what is left.

It goes on in a process of its own with low priority. Nothing here waits for it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from analysis.computing import budget, computing
from analysis.dataset import Dataset
from analysis.errors import JobError
from analysis.findings import Outcome
from analysis.signal import Signal
from ui.session import allowed, jobs
from ui.session.cache_keys import Key, key_of


class Left(NamedTuple):
    """A signal that is not computed, and the `checks` that read it, in words.

    `seconds` are those of the signal and of what it needs, None where they are not known.
    """

    signal: Signal
    checks: tuple[str, ...]
    seconds: float | None


def start_missing(dataset: Dataset, outcomes: Sequence[Outcome]) -> None:
    """Starts a job for what fits into the budget and is missing, unless work on the dataset is running, or was stopped
    by a person.

    A signal at which an earlier job failed is left out. Then what is left is tried, so that its cost is known. Each job
    is started once in a session. Nothing is asked again while nothing that is asked for has changed.
    """
    seconds = allowed.seconds()
    if not seconds or st.session_state.get(_stopped(dataset)) or running(dataset):
        return
    now = (_stand(dataset), f"{seconds:g}", *(f"{signal.key} {_job_in_words(signal)}" for signal in dataset.signals()))
    if st.session_state.get("checks_at_rest") == now:
        return
    candidates = budget.by_itself(dataset)
    _note_failure(dataset, [signal for signal in candidates if not dataset.has(signal)])
    candidates = [signal for signal in candidates if not _is_hindered(dataset, signal)]
    if todo := waiting(dataset, candidates, seconds):
        if _is_first_time(dataset, f"{seconds:g}", todo):
            names = [] if len(candidates) == len(budget.by_itself(dataset)) else candidates
            jobs.compute_within(dataset, names, seconds, todo)
        return
    listed = [dataset.signal(name) for name in _missing(outcomes)]
    untried = [s for s in budget.untried(dataset, [s for s in listed if not _is_hindered(dataset, s)]) if not s.sends]
    if untried and _is_first_time(dataset, "tried", untried):
        jobs.try_together(dataset, untried)
        return
    st.session_state["checks_at_rest"] = now


def _stand(dataset: Dataset) -> str:
    """What is computed, and what was tried when, as a text: the files of the folder, read once; "" where a file was
    removed meanwhile, with the whole dataset or for a new trial."""
    computed: list[str] = []
    tried: list[str] = []
    try:
        with os.scandir(dataset.folder) as files:
            for file in files:
                if file.name.endswith(".parquet"):
                    computed.append(file.name)
                elif file.name.endswith(".estimate.json"):
                    tried.append(f"{file.name} {file.stat().st_mtime_ns}")
    except FileNotFoundError:
        return ""
    return " ".join((str(dataset.folder), *sorted(computed), *sorted(tried)))


def _job_in_words(signal: Signal) -> str:
    """The latest job of this session for the signal, and whether it is over; "" where there was none."""
    job: str | None = st.session_state.get(f"job_{signal.key}")
    return "" if job is None else f"{job} {jobs.is_over(job)}"


def _is_first_time(dataset: Dataset, what: str, signals: Sequence[Signal]) -> bool:
    asked: set[tuple[str, ...]] = st.session_state.setdefault(f"checks_asked_{dataset.id}", set())
    this = (what, *(signal.key for signal in signals))
    is_first = this not in asked
    asked.add(this)
    return is_first


def waiting(dataset: Dataset, signals: Sequence[Signal], seconds: float) -> list[Signal]:
    """Those of the signals that fit into so many seconds and are not computed, or are not tried yet."""
    costs = budget.costs_of(dataset, signals)
    names = [*budget.fitting(costs, seconds), *(name for name, cost in costs.items() if cost.seconds is None)]
    return [signal for signal in map(dataset.signal, names) if not dataset.has(signal)]


def left(dataset: Dataset, outcomes: Sequence[Outcome]) -> list[Left]:
    """What has not been looked for and could be, the cheapest first; what is being computed is left out."""
    at_work = running(dataset)
    not_run = [f"{o.check.name} {o.missing}" for o in outcomes if o.state == "not run"]
    return _left(
        key_of(dataset, *dataset.signals(), more=(_stand(dataset), *at_work, *not_run)), dataset, outcomes, at_work
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _left(key: Key, _dataset: Dataset, _outcomes: Sequence[Outcome], _at_work: Sequence[str]) -> list[Left]:
    dataset, at_work = _dataset, set(_at_work)
    readers: dict[str, list[str]] = {signal.name: [] for signal in budget.by_itself(dataset)}
    for outcome in _outcomes:
        for name in outcome.missing if outcome.state == "not run" else ():
            readers.setdefault(name, []).append(outcome.check.title)
    helpers = {name for signal in map(dataset.signal, readers) for name in budget.needed(dataset, signal)}
    names = [name for name in readers if name not in at_work and (readers[name] or name not in helpers)]
    signals = [signal for signal in map(dataset.signal, names) if not dataset.has(signal)]
    listed = [Left(s, tuple(readers[s.name]), budget.seconds_of(dataset, [s])) for s in signals]
    return sorted(listed, key=lambda one: (one.seconds is None, one.seconds or 0.0))


def _missing(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(name for outcome in outcomes for name in outcome.missing))


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
    missing = [signal for signal in dataset.signals() if not dataset.has(signal)]
    of = {signal.name: _job(signal) for signal in missing}
    allowed_to = {seconds for job in of.values() if job and (seconds := jobs.seconds_allowed(job)) is not None}
    fit = {(s.name, n) for n in allowed_to for s in waiting(dataset, budget.by_itself(dataset), n)}
    return [s for s in missing if _is_awaited(s.name, of[s.name], fit) or computing.is_running(dataset, s)]


def _job(signal: Signal) -> str | None:
    """The job of this session that computes the signal or will; None where there is none, or it is over."""
    job: str | None = st.session_state.get(f"job_{signal.key}")
    return None if job is None or jobs.is_over(job) else job


def _is_awaited(name: str, job: str | None, fit: set[tuple[str, float]]) -> bool:
    """Whether the job computes the signal of this name: within a budget, only what fits or is not tried yet."""
    return job is not None and ((seconds := jobs.seconds_allowed(job)) is None or (name, seconds) in fit)


def failure(signal: Signal) -> str:
    """Why the latest job of this session could not compute the signal; "" where none has failed at it."""
    return str(st.session_state.get(_failed(signal), ""))


def _is_hindered(dataset: Dataset, signal: Signal) -> bool:
    """Whether a job of this session has failed at the signal, or at one that it needs."""
    return any(failure(one) for one in (signal, *map(dataset.signal, budget.needed(dataset, signal))))


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
