"""What a template does to the rows in view: each fault with its rows; a ticked line becomes a filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.training.drift import KINDS
from analysis.training.tables import Totals
from analysis.view import View
from ui.rows.ticked import ticked_once
from ui.session import session
from ui.session.cache_keys import Key
from ui.session.text import count, cut
from ui.training.numbers import key

SHOWN = 12  # messages of refusals, and special tokens
FLAGS = {  # column -> its value that is a fault, the number in the totals, and words
    "has_double_bos": (True, "double_bos", "the text begins with two beginning tokens"),
    "has_double_eos": (True, "double_eos", "two end tokens follow each other"),
    "is_stop_trained": (False, "stop_not_trained", "the end of an answer is not trained"),
    "has_truncated_answer": (True, "truncated", "an answer is cut off"),
    "has_python_repr": (True, "python_repr", "the template writes None, True or False of Python"),
}


class Fault(NamedTuple):
    """A fault: what it is, its rows in view, how many were looked at, and the filter that selects its rows."""

    words: str
    rows: int
    of: int
    filter: tuple[str, str, str]


@st.cache_resource(max_entries=32, show_spinner=False)
def _special_tokens(key: Key, _dataset: Dataset, _view: View) -> dict[str, int]:
    """The rows in view with each special token in a text of their own."""
    values = _dataset.frame(["special_tokens_in_text"], _dataset.rows_of(_view)).to_series().drop_nulls()
    tokens = values.filter(values.list.len() > 0).list.unique().explode(empty_as_null=False)
    return dict(tokens.value_counts(sort=True).head(SHOWN).iter_rows())


def _faults(totals: Totals, special_tokens: Mapping[str, int]) -> list[Fault]:
    messages = list(totals.errors.items())
    faults = [
        Fault(f"refused: {cut(message, 160)}", rows, totals.looked_at, ("template_error", "eq", message))
        for message, rows in messages[:SHOWN]
    ]
    if rest := sum(rows for _, rows in messages[SHOWN:]):
        faults.append(Fault("refused with other messages", rest, totals.looked_at, ("template_error", "notnull", "")))
    for column, (is_fault, number, words) in FLAGS.items():
        is_of = totals.rendered - (totals.mask_status.get("none", 0) if column == "is_stop_trained" else 0)
        faults.append(Fault(words, getattr(totals, number), is_of, (column, "eq", str(is_fault).lower())))
    for part, rows in totals.dropped_parts.items():
        words = f"left out without a word: {cut(part, 60)}"
        faults.append(Fault(words, rows, totals.parts_looked_at, ("dropped_parts", "in", part)))
    for token, rows in special_tokens.items():
        words = f"a text holds the special token {cut(token, 60)}"
        faults.append(Fault(words, rows, totals.rendered, ("special_tokens_in_text", "in", token)))
    for kind, rows in totals.drift.items():
        if kind != "same":
            words = f"serving differs: {KINDS.get(kind, kind)}"
            faults.append(Fault(words, rows, sum(totals.drift.values()), ("drift_kind", "eq", kind)))
    return faults


def listed(dataset: Dataset, totals: Totals) -> None:
    """The faults of the rows in view, most rows first; a ticked line becomes a filter."""
    view = session.view()
    every = _faults(totals, _special_tokens(key(dataset, view), dataset, view))
    faults = sorted((fault for fault in every if fault.rows), key=lambda fault: -fault.rows)
    if not faults:
        st.text(f"None of the known faults in {count(totals.rendered)} rendered and {count(totals.refused)} refused.")
    else:
        st.caption("Tick a line to filter to its rows.")
        table = pl.DataFrame(
            {
                "rows": [fault.rows for fault in faults],
                "of": [fault.of for fault in faults],
                "share": [fault.rows / fault.of if fault.of else None for fault in faults],
                "fault": [fault.words for fault in faults],
            }
        )
        line = ticked_once(
            table,
            "training_faults",
            "Faults of the template in the rows in view",
            height="content" if len(faults) < 14 else 500,
            column_config={
                "fault": st.column_config.TextColumn(width="large"),
                "share": st.column_config.NumberColumn(format="percent"),
            },
        )
        if line is not None:
            session.set_view(view.narrowed(*faults[line].filter))
            st.rerun()
    missing = [fault.words for fault in every if fault.of and not fault.rows]
    if missing:
        st.caption("Looked for, and in no row in view: " + "; ".join(missing) + ".")
    if unread := [fault.words for fault in every if not fault.of]:
        st.caption("Not looked at, as no row in view has it: " + "; ".join(unread) + ".")
    if not dataset.signal("trainer").parameters["serve"]:
        st.caption("Not looked at: whether serving sends the same. Choose the template of serving under “Change”.")
