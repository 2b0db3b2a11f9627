"""The numbers at the top of the page Overview, in one line: each says what it counts and of how many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.findings import Outcome, view_of
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER
from analysis.statistics.counting import percentiles
from ui.findings import background
from ui.session import session
from ui.session.text import count, cut, md

NOT_LOOKED_AT = "–"
NOT_YET = "…"
STYLE = """<style>
.st-key-numbers { column-gap: 1.4rem; row-gap: 0; padding: .1rem 0; }
.st-key-numbers p { font-size: 1rem; font-variant-numeric: tabular-nums; }
</style>"""


def numbers(dataset: Dataset, in_view: pl.Series, checks: Sequence[Outcome]) -> None:
    """Rows, tokens, repeated rows, empty responses and unreadable records; those of checks only where they apply."""
    st.html(STYLE)
    _number(f"{len(in_view):,}", "row" if len(in_view) == 1 else "rows", f"In view, of {count(dataset.height)}")
    if dataset.has_examples:
        _tokens(dataset, in_view)
        by_name = {outcome.check.name: outcome for outcome in checks}
        _of_check(dataset, by_name["exact_duplicates"], "exact duplicates", "Rows equal to an earlier row")
        _of_check(dataset, by_name["empty_response"], "empty responses", "Responses that are missing or blank")
    unreadable = "Records of the source files; listed on the page Open"
    _number(f"{dataset.meta['unreadable']:,}", "unreadable records", unreadable)


def _number(value: str, what: str, meaning: str) -> None:
    st.markdown(f"**{value}** {what}", help=meaning, width="content")


def _tokens(dataset: Dataset, in_view: pl.Series) -> None:
    signal = dataset.signal("tokens")
    if not dataset.has(signal):
        waits = "tokens" in background.running(dataset)
        reason = "They are being counted" if waits else "They are not counted yet"
        _number(NOT_YET if waits else NOT_LOOKED_AT, "tokens", reason)
        return
    if "row_tokens" in dataset.originals:
        return
    tokens = dataset.frame(["row_tokens"], in_view)["row_tokens"]
    counted = len(tokens) - tokens.null_count()
    name, words = _tokenizer(str(signal.parameters["tokenizer"]))
    by = f"All texts of a row. Counted with the tokenizer {words}, in {count(counted)} of {len(in_view):,} in view"
    total = f"{int(tokens.sum()):,}" if counted else NOT_LOOKED_AT
    middle = f"{percentiles(tokens, [0.5])[0] or 0:,.0f}" if counted else NOT_LOOKED_AT
    _number(total, f"tokens ({name})", by)
    _number(middle, "tokens in the median row", f"Median tokens per row. {by}")


def _tokenizer(name: str) -> tuple[str, str]:
    """A tokenizer in one word and in a few."""
    if name == DEFAULT_TOKENIZER:
        return "tekken", "Tekken (Mistral)"
    path = Path(name)
    short = path.parent.name if path.suffix == ".json" and path.parent.name else path.name
    return md(cut(short, 30)), md(cut(name, 80))


def _of_check(dataset: Dataset, outcome: Outcome, what: str, meaning: str) -> None:
    """The rows in view that show a finding, of those its check looked at; left out where the check does not apply."""
    if outcome.state == "does not apply":
        return
    if outcome.state != "done":
        waits = outcome.state == "running"
        reason = "This is being looked for" if waits else "This was not looked for yet"
        _number(NOT_YET if waits else NOT_LOOKED_AT, what, reason)
        return
    rows = len(dataset.rows_of(session.view().where(*_arguments(outcome))))
    looked_at = f"{meaning}; {count(outcome.looked_at or 0)} of the whole dataset were looked at"
    _number(f"{rows:,}", what, looked_at)


def _arguments(outcome: Outcome) -> tuple[str, str, str]:
    [only] = view_of(outcome.check).filters
    return only.column, only.op, only.value
