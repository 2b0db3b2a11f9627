"""What to look at first: the findings, how many checks are done, what is running, and what was not run."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from analysis.computing import computing
from analysis.dataset import Dataset
from analysis.findings import Outcome, findings_in, outcomes, tally
from ui.overview import background
from ui.session import jobs, session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count, duration

NOTES_SHOWN = 8


@st.cache_resource(max_entries=16, show_spinner=False)
def _outcomes(key: Key, _dataset: Dataset) -> list[Outcome]:
    return outcomes(_dataset)


def checked(dataset: Dataset) -> list[Outcome]:
    """What each check came to in the whole dataset; starts the work for those that are missing."""
    done = _outcomes(key_of(dataset, *dataset.signals()), dataset)
    background.start_missing(dataset, background.wanted(dataset, done))
    at_work = background.running(dataset)
    return [outcome.while_running(at_work) for outcome in done]


def look_at_first(dataset: Dataset, checks: Sequence[Outcome]) -> None:
    """The findings, each with its rows; above them how many checks are done, below them those that are
    not, and on how many rows a signal failed."""
    st.subheader("Look at first", anchor=False)
    st.text(f"{tally(checks)}.")
    computed = tuple(s.key for s in dataset.signals() if dataset.has(s))
    if background.running(dataset):
        _progress(dataset, computed)
    elif any(outcome.state == "not run" for outcome in checks):
        _watch(dataset, computed)
    _every_check(checks)
    shown = findings_in(checks)
    for finding in shown:
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.button("Show", key=f"show_{finding.name}", on_click=session.set_view, args=(finding.view,))
            tokens = f" {finding.tokens:,} tokens." if finding.tokens else ""
            st.text(finding.sentence + tokens, width="stretch")  # which wraps in a narrow window
    notes = dataset.meta["notes"]
    for note in notes[:NOTES_SHOWN]:
        st.text(f"When reading: {note['sentence']}")
    if len(notes) > NOTES_SHOWN:
        st.text(f"{count(len(notes) - NOTES_SHOWN, 'more note')} when reading; the page Open lists all.")
    for sentence in jobs.failures(dataset, dataset.signals()):
        st.text(sentence)
    if not shown:
        st.text(_nothing(dataset, checks))
    _not_run(dataset, checks)


def _nothing(dataset: Dataset, checks: Sequence[Outcome]) -> str:
    """What it means that there is no finding: it depends on what was looked at."""
    done = [outcome for outcome in checks if outcome.state == "done"]
    if done:
        most = max(outcome.looked_at or 0 for outcome in done)
        return f"The checks that are done found nothing in {count(most)} they looked at."
    if any(outcome.state == "running" for outcome in checks):
        return "No check is done yet."
    if dataset.has_examples:
        return "No check has looked at these data yet."
    return (
        "Nothing was looked at: no column has the role prompt, response or text. "
        "Set the roles of the columns on the page Open."
    )


@st.fragment(run_every=2)
def _watch(dataset: Dataset, computed: tuple[str, ...]) -> None:
    """Draws the page again when another page, window or person starts work on the dataset, or has done some."""
    if background.running(dataset) or computed != tuple(s.key for s in dataset.signals() if dataset.has(s)):
        st.rerun()


@st.fragment(run_every=1)
def _progress(dataset: Dataset, computed: tuple[str, ...]) -> None:
    """What is running and how far it is; draws the page again when a signal is ready or the work has ended."""
    at_work = background.running(dataset)
    if not at_work or computed != tuple(s.key for s in dataset.signals() if dataset.has(s)):
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


def _not_run(dataset: Dataset, checks: Sequence[Outcome]) -> None:
    """The checks that can be run and were not: why, what it takes, and a button."""
    undone = [outcome for outcome in checks if outcome.state == "not run"]
    on_request = [o for o in undone if set(o.missing) & dataset.catalogue.on_request]
    left = [o for o in undone if o not in on_request]
    if left:
        with st.container(border=True, gap="xsmall"):
            st.text(f"{count(len(left), 'check')} not run: {', '.join(o.check.title.lower() for o in left)}.")
            for sentence in dict.fromkeys(_why(dataset, outcome) for outcome in left):
                st.text(sentence)
            _run_button(dataset, left, "Run these checks", "run_checks")
    if on_request:
        with st.container(border=True, gap="xsmall"):
            st.text(
                f"{count(len(on_request), 'check')} on request: "
                f"{', '.join(o.check.title.lower() for o in on_request)}. They take longer, or guess."
            )
            _run_button(dataset, on_request, "Run these checks too", "run_on_request")


def _run_button(dataset: Dataset, those: Sequence[Outcome], label: str, key: str) -> None:
    names = {name for outcome in those for name in outcome.missing}
    signals = [signal for signal in dataset.signals() if signal.name in names and not dataset.has(signal)]
    if not signals:
        return
    estimates = [computing.estimate(dataset, signal) for signal in signals]
    seconds = sum(estimate for estimate in estimates if estimate is not None)
    cost = f" (about {duration(seconds)})" if seconds and None not in estimates else ""
    st.button(f"{label}{cost}", key=key, on_click=background.start, args=(dataset, signals))


def _why(dataset: Dataset, outcome: Outcome) -> str:
    """Why a check was not run: the error of the job, where it failed."""
    failures = [(name, background.failure(dataset.signal(name))) for name in outcome.missing]
    for name, error in failures:
        if error:
            return f"Computing {jobs.name_of(name)} failed: {error}"
    return outcome.why if not outcome.missing else "What they read is not computed yet."


def _every_check(checks: Sequence[Outcome]) -> None:
    """A table of all checks: what each looked at, and why it did not."""
    with st.expander(f"All {len(checks)} checks: what each looked at", key="all_checks"):
        table = pl.DataFrame(
            {
                "Check": [outcome.check.title for outcome in checks],
                "State": [outcome.state for outcome in checks],
                "Rows looked at": [outcome.looked_at for outcome in checks],
                "Rows that show it": [_rows(outcome) for outcome in checks],
                "Why, and what to do": [f"{outcome.why} {outcome.to_do}".strip() for outcome in checks],
            },
            schema_overrides={"Rows looked at": pl.Int64, "Rows that show it": pl.Int64},
        )
        st.dataframe(table, hide_index=True, key="checks", height="content" if len(checks) < 12 else 460)


def _rows(outcome: Outcome) -> int | None:
    if outcome.state != "done":
        return None
    return outcome.finding.rows if outcome.finding else 0
