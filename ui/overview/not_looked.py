"""What has not been looked for, what it would cost in this dataset, and the buttons that do it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analysis.dataset import Dataset
from analysis.findings import Outcome
from ui.findings import background
from ui.session import allowed, jobs
from ui.session.text import count, duration


def not_looked_for(dataset: Dataset, outcomes: Sequence[Outcome]) -> None:
    """A folded list of it; nothing where everything was looked for."""
    left = background.left(dataset, outcomes)
    unchosen = [outcome for outcome in outcomes if outcome.state == "not run" and not outcome.missing]
    if not left and not unchosen:
        return
    seconds = [one.seconds for one in left if one.seconds is not None]
    total = f"about {duration(sum(seconds))}" if seconds else "time not estimated yet"
    more = " and more" if seconds and len(seconds) < len(left) else ""
    cost = f" ({total}{more})" if left else ""
    with st.expander(f"Not looked for: {len(left) + len(unchosen)} more{cost}", key="not_looked_for"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            allowed.choose()
            if left:
                signals = [one.signal for one in left]
                label = f"Compute all {len(left)}{cost}"
                st.button(label, key="compute_left", on_click=background.start, args=(dataset, signals))
        for one in left:
            _line(dataset, one)
        for why, titles in _unchosen(unchosen).items():
            st.text(f"{', '.join(titles)}: {why}")


def _line(dataset: Dataset, left: background.Left) -> None:
    name = jobs.name_of(left.signal.name)
    cost = "not estimated yet" if left.seconds is None else f"about {duration(left.seconds)}"
    checks = f" · {count(len(left.checks), 'check')}: {', '.join(left.checks)}" if left.checks else ""
    failed = f" · It failed: {why}" if (why := background.failure(left.signal)) else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = "Try again" if failed else "Compute"
        st.button(
            f"{label} {name}",
            key=f"compute_{left.signal.name}",
            type="tertiary",
            icon=":material/play_arrow:",
            on_click=background.start,
            args=(dataset, [left.signal]),
        )
        st.text(f"{cost}{checks}{failed}", width="stretch")


def _unchosen(outcomes: Sequence[Outcome]) -> dict[str, list[str]]:
    """The checks that wait for a choice, by what is to be chosen."""
    reasons: dict[str, list[str]] = {}
    for outcome in outcomes:
        reasons.setdefault(f"{outcome.why} {outcome.to_do}", []).append(outcome.check.title)
    return reasons
