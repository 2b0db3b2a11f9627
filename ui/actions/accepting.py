"""Accepting the rows in view for the finding that the view shows: they stay as they are."""

from __future__ import annotations

from functools import cache

import polars as pl
import streamlit as st

from analysis.annotations.judgements import LONGEST_FINDING
from analysis.check import Check
from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from analysis.findings import view_of
from analysis.inbox import accepted_rows
from analysis.signal import ROW_ID, Catalogue
from analysis.view import View
from ui.rows import undoing
from ui.session import session
from ui.session.clicks import clicked
from ui.session.login import person
from ui.session.text import count, md


def findings_in(view: View, dataset: Dataset) -> list[Check]:
    """The findings whose filters the view has, perhaps with others; those of the most filters first."""
    filters = {str(f) for f in view.active}
    shown = [(wanted, check) for wanted, check in _filters(dataset.catalogue) if wanted <= filters]
    return [check for wanted, check in sorted(shown, key=lambda one: -len(one[0]))]


@cache
def _filters(catalogue: Catalogue) -> list[tuple[frozenset[str], Check]]:
    checks = [check for check in catalogue.checks if check.where and len(check.name) <= LONGEST_FINDING]
    return [(frozenset(str(f) for f in view_of(check).active), check) for check in checks]


def accept(dataset: Dataset, checks: list[Check], rows: pl.Series) -> None:
    """Asks for the reason, and accepts all rows in view that are not accepted yet."""
    titles = {check.name: check.title for check in checks}
    name = checks[0].name
    if len(titles) > 1:
        name = str(st.selectbox("Finding", list(titles), format_func=titles.__getitem__, key="accepted_finding"))
    else:
        st.markdown(f"**{md(titles[name])}**")
    st.text("Accepted rows stay as they are. They no longer count against a limit of a contract.")
    ids = dataset.frame([ROW_ID], rows)[ROW_ID]
    accepted = accepted_rows(session.notes(), dataset, name)
    new = [row_id for row_id in ids if row_id not in accepted]
    if len(new) < len(ids):
        st.text(f"{len(ids) - len(new):,} of {count(len(ids))} in view are accepted already.")
    st.text_input("Why may they stay?", key="accept_reason", placeholder="such as: long on purpose", max_chars=500)
    if clicked(f"Accept {count(len(new))}", "accept_go", type="primary", disabled=not new):
        _accept(dataset, name, new)
        st.rerun()


def _accept(dataset: Dataset, name: str, ids: list[str]) -> None:
    undoing.tell(accept_rows(dataset, name, ids, str(st.session_state.get("accept_reason") or "")))


def accept_rows(dataset: Dataset, name: str, ids: list[str], why: str) -> str:
    """Accepts rows for a finding; without a reason none is accepted. Returns a sentence on what was done."""
    if not why.strip():
        return "Write why these rows may stay. Nothing was accepted."
    try:
        with st.spinner(f"Accepting {count(len(ids))} …", show_time=True):
            batch = session.notes().judgements.judge(
                dataset.fingerprint, name, ids, "accepted", person(), why=why.strip()
            )
    except AnnotationError as error:
        return str(error)
    return f"{count(batch.rows)} accepted. Undo takes that back."
