"""What to look at first: the findings that matter most, and how many checks looked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analysis.check import SEVERITIES
from analysis.dataset import Dataset
from analysis.findings import Finding, Outcome, tally
from analysis.inbox import Line
from ui.findings import checks as all_checks
from ui.findings import grouping, progress
from ui.overview.cards import begin, card
from ui.overview.not_looked import not_looked_for
from ui.session import jobs, places
from ui.session.text import count

FINDINGS_SHOWN = 5
NOTES_SHOWN = 8


def look_at_first(dataset: Dataset, checks: Sequence[Outcome]) -> None:
    """The first findings as cards, the others folded; then what was not looked for, and notes on reading."""
    begin()
    lines = all_checks.lines(dataset, checks)
    waiting = by_harm(lines)
    serious = bool(waiting) and waiting[0].severity == "error"
    st.subheader("Fix before training" if serious else "Look at first", anchor=False)
    st.text(f"{tally(checks)}.")
    progress.progress(dataset, checks)
    if not any(line.outcome.finding for line in lines):
        st.text(grouping.nothing(dataset, checks))
    for place, finding in enumerate(waiting[:FINDINGS_SHOWN]):
        if serious and finding.severity != "error" and waiting[place - 1].severity == "error":
            st.subheader("Then look at", anchor=False)
        card(dataset, finding)
    _rest(dataset, lines, waiting[FINDINGS_SHOWN:])
    not_looked_for(dataset, checks)
    _notes(dataset)


def by_harm(lines: Sequence[Line]) -> list[Finding]:
    """The findings that are not decided: the most serious first, then those of the largest share of rows."""
    order = list(SEVERITIES)
    open_ = [line.outcome.finding for line in lines if line.state.name in ("open", "being fixed")]
    findings = [finding for finding in open_ if finding is not None]
    return sorted(findings, key=lambda finding: (order.index(finding.severity), -finding.share))


def _rest(dataset: Dataset, lines: Sequence[Line], others: Sequence[Finding]) -> None:
    """The other findings, folded, and the button to all checks."""
    decided = sum(line.state.name not in ("open", "being fixed") for line in lines if line.outcome.finding)
    if others:
        with st.expander(f"{count(len(others), 'more finding')}", key="more_findings", on_change="rerun") as folded:
            for finding in others if folded.open else ():
                card(dataset, finding)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("All findings and checks", key="to_findings", icon=":material/inbox:"):
            st.switch_page(places.page("findings"), query_params={"d": dataset.id})
        if decided:
            st.text(f"{decided} accepted or fixed.")


def _notes(dataset: Dataset) -> None:
    """What was noted when the file was read, and the rows that signals failed on."""
    notes = dataset.meta["notes"]
    failures = jobs.failures(dataset, dataset.signals())
    if not notes and not failures:
        return
    with st.expander(f"{count(len(notes) + len(failures), 'note')} on reading and computing", key="reading_notes"):
        for note in notes[:NOTES_SHOWN]:
            st.text(f"When reading: {note['sentence']}")
        if len(notes) > NOTES_SHOWN:
            st.text(f"{count(len(notes) - NOTES_SHOWN, 'more note')} when reading; the page Open lists all.")
        for sentence in failures:
            st.text(sentence)
