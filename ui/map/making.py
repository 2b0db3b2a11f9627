"""Making a map: one job for vectors, neighbours, places and clusters, with its progress and its cost."""

from __future__ import annotations

import streamlit as st

from analysis.computing import computing
from analysis.dataset import Dataset
from analysis.map import costs
from analysis.map.chosen import tier_in_words
from analysis.signal import Signal
from ui.session import jobs
from ui.session.text import count, duration

STEPS = {"embedding": "vectors", "neighbours": "neighbours", "map": "places", "clusters": "clusters and their names"}
NEEDED = ("embedding", "map", "clusters")


def is_made(dataset: Dataset) -> bool:
    """Whether everything that the page shows is computed."""
    return all(dataset.has(dataset.signal(name)) for name in NEEDED)


def start(dataset: Dataset) -> None:
    """Starts one job for all that is missing."""
    jobs.compute_together(dataset, [s for s in map(dataset.signal, STEPS) if not dataset.has(s)])


def running(dataset: Dataset) -> Signal | None:
    """The signal that a process computes for this map now, or that a job of this session computes next; else null."""
    missing = [s for s in map(dataset.signal, STEPS) if not dataset.has(s)]
    for signal in missing:
        if computing.is_running(dataset, signal):
            return signal
    job = st.session_state.get(f"job_{missing[0].key}") if missing else None
    return missing[0] if job and not jobs.is_over(job) else None


@st.fragment(run_every=1)
def progress(dataset: Dataset) -> None:
    """Shows the progress; the page reruns when the job is over."""
    signal = running(dataset)
    if signal is None:
        st.rerun()
    number, of = list(STEPS).index(signal.name), dataset.signal("embedding").parameters
    usual = duration(costs.seconds(dataset, str(of["tier"]), str(of["over"]), str(of["texts"])))
    state = computing.progress(dataset, signal)
    share = (number + (state.share if state else 0.0)) / len(STEPS)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.progress(
            share,
            f"Making the map, step {number + 1} of {len(STEPS)}: {STEPS[signal.name]} of "
            f"{count(dataset.height)}. All steps take about {usual}. You can use other pages during this time.",
        )
        st.button("Stop", key="stop_map", on_click=_stop, args=(dataset, signal))


def _stop(dataset: Dataset, signal: Signal) -> None:
    if job := st.session_state.get(f"job_{signal.key}"):
        jobs.stop(job)
    else:
        jobs.stop_signal(dataset, signal)


def say_failure(dataset: Dataset) -> None:
    """Says why the latest job of this session made no map of these vectors."""
    missing = [s for s in map(dataset.signal, STEPS) if not dataset.has(s)]
    job = st.session_state.get(f"job_{missing[0].key}") if missing else None
    if job and jobs.has_failed(job):
        st.text(f"The map of {tier_in_words(dataset)} was not made:")
        jobs.say_why(job)
