"""The left side of the page Findings: which findings the list shows, and which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analysis.check import CHARACTERISTICS, SEVERITIES
from analysis.dataset import Dataset
from analysis.findings import Outcome
from analysis.inbox import STATES, Group, Line, Trend, first_to_read, grouped, ranked
from ui.findings import progress
from ui.findings.listing import ListGroup, ListLine, finding_list
from ui.session import history
from ui.session.number_words import share
from ui.session.text import count, cut

STYLE = """<style>
@media (min-width: 641px) {
  [data-testid=stColumn]:has(.st-key-finding_left) { position: sticky; top: 4.5rem; align-self: flex-start; }
}
</style>"""
"""The list stays in sight while a long row is read beside it."""
NO_TEXTS = "No column has the role prompt, response or text: set the roles of the columns on the page Open."
STATE_FILTER, SEVERITY_FILTER = "finding_states", "finding_severities"


def choose(dataset: Dataset, lines: Sequence[Line]) -> Line | None:
    """Draws the filters and the list; returns the finding of the address, or else the first to read."""
    st.html(STYLE)
    states, severities = _filters()
    chosen = _chosen(lines)
    groups = [_group(dataset, group, states, severities) for group in grouped(dataset, lines)]
    finding_list(groups, chosen.check.name if chosen else "", _choose)
    if states or severities:
        shown = sum(len(group["lines"]) for group in groups)
        st.text(f"{shown} of {count(len(ranked(lines)), 'finding')} shown; the others do not pass the filters above.")
    return chosen


def _filters() -> tuple[list[str], list[str]]:
    """The states and severities that are shown; all where none is chosen."""
    with st.container(horizontal=True):
        states = st.pills(
            "State", list(STATES), selection_mode="multi", key=STATE_FILTER, bind="query-params", width="content"
        )
        severities = st.pills(
            "Severity", list(SEVERITIES), selection_mode="multi", key=SEVERITY_FILTER, bind="query-params"
        )
    return list(states or ()), list(severities or ())


def _chosen(lines: Sequence[Line]) -> Line | None:
    name = st.query_params.get("finding") or history.remembered("finding")
    asked = next((line for line in lines if line.check.name == name), None)
    if name and asked is None:
        st.text(f"There is no finding {cut(str(name), 40)}. The first one is shown.")
    line = asked or first_to_read(lines)
    if line is not None:
        _choose(line.check.name)
    return line


def _choose(name: str) -> None:
    st.session_state["finding"] = name
    if st.query_params.get("finding") != name:
        st.query_params["finding"] = name


def _group(dataset: Dataset, group: Group, states: Sequence[str], severities: Sequence[str]) -> ListGroup:
    shown = [line for line in group.shown if not states or line.state.name in states]
    shown = [line for line in shown if not severities or line.check.severity in severities]
    gone = [line for line in group.clear if line.state.name == "fixed" and "fixed" in (states or ["fixed"])]
    return {
        "title": group.characteristic.capitalize(),
        "meaning": CHARACTERISTICS[group.characteristic],
        "summary": _summary(dataset, group),
        "lines": [_line(line) for line in [*shown, *gone]],
        "others": _others(group),
        "quiet": _quiet(dataset, group),
    }


def _summary(dataset: Dataset, group: Group) -> str:
    if not group.shown:
        looked = sum(line.outcome.state == "done" for line in group.clear)
        return f"{count(looked, 'check')} found nothing" if looked else "not looked at"
    rows = f"{count(group.rows)}, {share(group.rows / dataset.height)}"
    return f"{group.open} of {count(len(group.shown), 'finding')} open · {rows}"


def _line(line: Line) -> ListLine:
    finding = line.outcome.finding
    sentence = finding.sentence if finding else f"{line.check.title}: no row shows it any more."
    return {
        "name": line.check.name,
        "severity": line.check.severity,
        "sentence": sentence,
        "facts": _facts(line),
        "state": line.state.name,
        "owner": line.owner,
    }


def _facts(line: Line) -> list[str]:
    finding = line.outcome.finding
    if finding is None:
        return []
    facts = [f"{count(finding.rows)}, {share(finding.share)}"]
    if finding.tokens:
        facts.append(f"{finding.tokens:,} tokens")
    if line.trend is not None:
        facts.append(trend_words(line.trend, finding.share))
    if precision := line.judged.precision:
        facts.append(f"{line.judged.real} of {precision.judged} real")
    if line.judged.disputed:
        facts.append(f"{line.judged.disputed} disputed")
    return facts


def trend_words(trend: Trend, now: float) -> str:
    """The share before and the share now, with a word for the direction.

    >>> from datetime import datetime
    >>> trend_words(Trend(5, 100, datetime(2026, 3, 2), True, True), 0.09)
    'more: 5.0% → 9.0%'
    """
    difference = round(now - trend.share, 3)
    direction = "same" if not difference else ""
    return f"{direction or ('more' if difference > 0 else 'fewer')}: {share(trend.share)} → {share(now)}"


def _others(group: Group) -> str:
    """How many checks of the group have no finding, by what they came to."""
    clear = sum(line.state.name != "fixed" for line in group.clear)
    states = [line.outcome.state for line in group.undone]
    parts = [f"{clear} found nothing"] if clear else []
    parts += [f"{states.count(state)} {state}" for state in dict.fromkeys(states) if state != "does not apply"]
    if without := states.count("does not apply"):
        parts.append(f"{without} {'do' if without > 1 else 'does'} not apply")
    return f"{'Other checks' if group.shown else 'Checks'}: {', '.join(parts)}"


def _quiet(dataset: Dataset, group: Group) -> list[list[str]]:
    """The checks without a finding, in small print: those that found nothing, then the others by their reason."""
    clear = [line.check.title for line in group.clear if line.state.name != "fixed"]
    quiet = [["Found nothing:", f"{', '.join(clear)}."]] if clear else []
    reasons: dict[tuple[str, str], list[str]] = {}
    for line in group.undone:
        outcome = line.outcome
        reason = progress.why(dataset, outcome) if outcome.state == "not run" else f"{outcome.why} {outcome.to_do}"
        reasons.setdefault((outcome.state, reason.strip()), []).append(line.check.title)
    return quiet + [
        [f"{state.capitalize()}:", f"{', '.join(titles)}. {reason}"] for (state, reason), titles in reasons.items()
    ]


def nothing(dataset: Dataset, checks: Sequence[Outcome]) -> str:
    """What it means that there is no finding: it depends on what was looked at."""
    done = [outcome for outcome in checks if outcome.state == "done"]
    if done and any(outcome.state == "running" for outcome in checks):
        return "Checking… nothing found so far."
    if done:
        most = max(outcome.looked_at or 0 for outcome in done)
        words = f"The checks that are done found nothing in {count(most)} they looked at."
        return words if dataset.has_examples else f"{words} {NO_TEXTS}"
    if any(outcome.state == "running" for outcome in checks):
        return "No check is done yet."
    if dataset.has_examples:
        return "No check has looked at these data yet."
    return f"Nothing was looked at. {NO_TEXTS}"
