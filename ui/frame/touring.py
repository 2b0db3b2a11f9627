"""A guided tour of the sample data in six steps: where each leads, what it says, and how far a person is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

import streamlit as st

from analysis.dataset import Dataset
from ui.frame import cookie, tour
from ui.session import places, session

__all__ = ["COOKIE", "SAMPLE", "STEPS", "Step", "ask_to_begin", "begin_once", "draw", "follow", "is_sample"]

SAMPLE = places.ROOT / "sample_data" / "instructions.jsonl"
COOKIE = "winnow_tour"
_AT, _TO = "tour_at", "tour_to"  # in the session: the step, from 1, or OVER; the page to go to, or BEGIN
OVER, BEGIN = "over", "begin"
SKIP = "Skip the tour"


class Step(NamedTuple):
    """One step: the name of its page, and one sentence on what to look at there."""

    page: str
    words: str


STEPS = (
    Step(
        "overview", "The findings say what is wrong with these rows: the worst first, each with its share of the rows."
    ),
    Step("overview", "Press Show at a finding: the table lists its rows, with the column in which it was found."),
    Step("reading", "Read row by row: J goes on, K goes back, 1 to 4 tag the row, U takes the last tag back."),
    Step(
        "personal_data",
        "Addresses, phone numbers and keys in the texts are masked; each hit is confirmed or ruled out.",
    ),
    Step(
        "slices", "Each group of rows is compared with all others, such as the rows of one source or of one annotator."
    ),
    Step(
        "export",
        "Rows tagged drop are left out; what is still in the others is named above the button that writes the files.",
    ),
)


def begin_once() -> None:
    """For callbacks: begins the tour unless this person has had it, here or in an earlier visit."""
    if not _reached():
        _put("1")


def ask_to_begin() -> None:
    """For callbacks: begins the tour again at its first step, on the sample data, from any page."""
    st.session_state[_TO] = BEGIN


def follow(open_sample: Callable[[], None]) -> None:
    """Goes to the page that was asked for; `open_sample` is called where the sample is not in the workspace."""
    to = st.session_state.pop(_TO, None)
    if to is None:
        return
    if to != BEGIN:
        st.switch_page(places.page(to), query_params=_here())
    _put("1")
    if id := next((str(meta["id"]) for meta in session.workspace().datasets() if is_sample(meta)), None):
        session.choose(id)
        st.switch_page(places.page("overview"), query_params=_here())
    open_sample()
    st.switch_page(places.page("open"))


def draw(dataset: Dataset, title: str) -> None:
    """The step where the person is, on every page of the sample data; draws nothing once the tour is over."""
    reached = _reached()
    if _AT in st.session_state:
        cookie.keep(COOKIE, reached)
    if not reached.isdigit() or not 1 <= int(reached) <= len(STEPS) or not is_sample(dataset.meta):
        return
    number = int(reached)
    step = STEPS[number - 1]
    is_here, is_last = title == places.title_of(step.page), number == len(STEPS)

    def act(asked: str) -> None:
        if asked == "skip" or (is_here and is_last):
            _put(OVER)
        elif is_here:
            _put(str(number + 1))
            if STEPS[number].page != step.page:
                st.session_state[_TO] = STEPS[number].page
        else:
            st.session_state[_TO] = step.page

    where = f"Step {number} of {len(STEPS)} · {places.title_of(step.page)}"
    if not is_here:
        tour.panel(where, step.words, f"Go to {places.title_of(step.page)}", SKIP, act)
    elif is_last:
        tour.panel(where, step.words, "End the tour", "", act)
    else:
        tour.panel(where, step.words, "Next", SKIP, act)


def is_sample(meta: Mapping[str, Any]) -> bool:
    """Whether a dataset is that of the tour, by its description."""
    files = [(file["name"], file["bytes"]) for file in meta.get("files", ())]
    return files == [(SAMPLE.name, SAMPLE.stat().st_size)] if SAMPLE.exists() else False


def _reached() -> str:
    """The step, from 1, or `OVER`; "" for who has never begun. The browser keeps it for the next visit."""
    here = st.session_state.get(_AT)
    if here is not None:
        return str(here)
    kept = st.context.cookies.get(COOKIE)
    return unquote(kept) if isinstance(kept, str) else ""


def _put(step: str) -> None:
    st.session_state[_AT] = step


def _here() -> dict[str, str | list[str]]:
    """The address of the dataset and its filters, for another page."""
    return {"d": str(st.session_state["dataset"]), "f": list(st.session_state.get("filters", []))}
