"""The numbers at the top of the page Overview: each says what it counts and of how many."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.findings import Outcome, view_of
from analysis.statistics.counting import percentiles
from ui.findings import background
from ui.session import session
from ui.session.text import count, md

NOT_LOOKED_AT = "–"
NOT_YET = "…"


def numbers(dataset: Dataset, in_view: pl.Series, checks: Sequence[Outcome]) -> None:
    """Rows, tokens, repeated rows, empty responses and unreadable records; those of checks only where they apply."""
    st.metric("Rows", f"{len(in_view):,}", border=True, help=f"Rows in view, of {count(dataset.height)}")
    if dataset.has_examples:
        _tokens(dataset, in_view)
        by_name = {outcome.check.name: outcome for outcome in checks}
        _of_check(dataset, by_name["exact_duplicates"], "Exact duplicates", "Rows equal to an earlier row")
        _of_check(dataset, by_name["empty_response"], "Empty responses", "Responses that are missing or blank")
    unreadable = "Records of the source files; listed on the page Open"
    st.metric("Unreadable records", f"{dataset.meta['unreadable']:,}", border=True, help=unreadable)


def _tokens(dataset: Dataset, in_view: pl.Series) -> None:
    signal = dataset.signal("tokens")
    if not dataset.has(signal):
        waits = "tokens" in background.running(dataset)
        reason = "They are being counted" if waits else "They are not counted yet"
        st.metric("Tokens", NOT_YET if waits else NOT_LOOKED_AT, border=True, help=reason)
        return
    if "row_tokens" in dataset.originals:
        return
    tokens = dataset.frame(["row_tokens"], in_view)["row_tokens"]
    counted = len(tokens) - tokens.null_count()
    by = f"All roles of a row, counted by {md(signal.key)} in {count(counted)} of {len(in_view):,} in view"
    total = f"{int(tokens.sum()):,}" if counted else NOT_LOOKED_AT
    middle = f"{percentiles(tokens, [0.5])[0] or 0:,.0f}" if counted else NOT_LOOKED_AT
    st.metric("Tokens", total, border=True, help=by)
    st.metric("Median tokens per row", middle, border=True, help=by)


def _of_check(dataset: Dataset, outcome: Outcome, label: str, meaning: str) -> None:
    """The rows in view that show a finding, of those its check looked at; left out where the check does not apply."""
    if outcome.state == "does not apply":
        return
    if outcome.state != "done":
        waits = outcome.state == "running"
        reason = "This is being looked for" if waits else "This was not looked for yet"
        st.metric(label, NOT_YET if waits else NOT_LOOKED_AT, border=True, help=reason)
        return
    rows = len(dataset.rows_of(session.view().where(*_arguments(outcome))))
    looked_at = f"{meaning}; {count(outcome.looked_at or 0)} of the whole dataset were looked at"
    st.metric(label, f"{rows:,}", border=True, help=looked_at)


def _arguments(outcome: Outcome) -> tuple[str, str, str]:
    [only] = view_of(outcome.check).filters
    return only.column, only.op, only.value
