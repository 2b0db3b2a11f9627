"""What to look at first: the findings that matter most, and how many checks looked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analysis.dataset import Dataset
from analysis.findings import Outcome, tally
from analysis.inbox import Line, ranked
from ui.findings import checks as all_checks
from ui.findings import grouping, progress
from ui.overview.not_looked import not_looked_for
from ui.session import jobs, places
from ui.session.text import count, md

STYLE = """<style>
.st-key-findings [data-testid=stBaseButton-tertiary], .st-key-findings [data-testid=stBaseButton-tertiary] div {
  text-align: start; justify-content: flex-start; }
</style>"""
"""A sentence that is a button begins at the left, also where it takes two lines."""
FINDINGS_SHOWN = 6
NOTES_SHOWN = 8


def look_at_first(dataset: Dataset, checks: Sequence[Outcome]) -> None:
    """The first findings by rank, each with a button that opens it; notes on reading, and rows that failed."""
    st.html(STYLE)
    st.subheader("Look at first", anchor=False)
    st.text(f"{tally(checks)}.")
    progress.progress(dataset, checks)
    shown = ranked(all_checks.lines(dataset, checks))
    waiting = [line for line in shown if line.state.name in ("open", "being fixed")]
    for line in waiting[:FINDINGS_SHOWN]:
        _finding(dataset, line)
    _rest(dataset, shown, waiting)
    notes = dataset.meta["notes"]
    for note in notes[:NOTES_SHOWN]:
        st.text(f"When reading: {note['sentence']}")
    if len(notes) > NOTES_SHOWN:
        st.text(f"{count(len(notes) - NOTES_SHOWN, 'more note')} when reading; the page Open lists all.")
    for sentence in jobs.failures(dataset, dataset.signals()):
        st.text(sentence)
    if not shown:
        st.text(grouping.nothing(dataset, checks))
    not_looked_for(dataset, checks)


def _finding(dataset: Dataset, line: Line) -> None:
    finding = line.outcome.finding
    assert finding is not None
    tokens = f" {finding.tokens:,} tokens." if finding.tokens else ""
    words = f"**{line.check.severity}** {md(finding.sentence, 400)}{tokens}"
    if st.button(words, key=f"look_{line.check.name}", type="tertiary", icon=":material/arrow_forward:"):
        _open(dataset, line.check.name)


def _rest(dataset: Dataset, shown: Sequence[Line], waiting: Sequence[Line]) -> None:
    """How many findings there are, and the button to all checks."""
    others = len(waiting) - FINDINGS_SHOWN
    decided = len(shown) - len(waiting)
    words = [f"{count(others, 'more finding')}"] if others > 0 else []
    words += [f"{decided} accepted or fixed"] if decided else []
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("All findings and checks", key="to_findings", icon=":material/inbox:"):
            _open(dataset)
        if words:
            st.text(f"{', '.join(words)}.")


def _open(dataset: Dataset, finding: str = "") -> None:
    params = {"d": dataset.id, **({"finding": finding} if finding else {})}
    st.switch_page(places.page("findings"), query_params=params)
