"""What is not personal: a value, a pattern or a source; one click makes a rule, another undoes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import AnnotationError, PersonalDataError, ViewError
from analysis.export.cleaning import TEXT_ROLES
from analysis.personal_data.not_personal import NotPersonal, suggested_pattern
from analysis.personal_data.tables import value_at
from analysis.signal import ROW_ID
from ui.personal_data import found
from ui.session import session
from ui.session.login import person
from ui.session.text import count, cut, md

MOST_SOURCES = 4


def offer_rules(dataset: Dataset, signal: str, line: Mapping[str, Any], where: str) -> None:
    """Offers the ways to mark a hit as not personal."""
    type_, title = str(line["type"]), found.title(str(line["type"]))
    with st.popover("Not personal", key=f"rule_{where}", icon=":material/block:", on_change="rerun") as popover:
        if not popover.open:
            return
        st.text("It is no longer counted, exports keep it in the text, and receipts name the rule. You can undo it.")
        if st.button(f"This value, as {title.lower()}", key=f"value_{where}"):
            _add(dataset, NotPersonal("value", type_, str(line["value_hash"])))
        if not _domain_noted(dataset, line):
            return
        value = value_at(dataset, *(line[name] for name in ("row", "field", "message", "start", "end")))
        usual = suggested_pattern(type_, value)
        pattern = st.text_input(
            "This pattern, of whole values",
            value=usual,
            key=f"pattern_{where}_{line['value_hash']}",
            help="A regular expression. It goes into receipts, so it must not contain personal data. "
            "For an address it shows the domain, which is noted with your name.",
        )
        if st.button("Mark the pattern as not personal", key=f"pattern_go_{where}", disabled=not pattern):
            _add(dataset, NotPersonal("pattern", type_, str(pattern)))
        position = pl.Series([line["row"]], dtype=pl.UInt32)
        texts = {dataset.role(role) for role in TEXT_ROLES}
        for column in [c for c in dataset.categories if c not in texts][:MOST_SOURCES]:
            held = dataset.frame([column], position)[column].cast(pl.String)[0]
            if held and st.button(
                f"All where {md(dataset.called(column), 30)} is {md(held, 40)}", key=f"source_{where}_{column}"
            ):
                _add(dataset, NotPersonal("source", type_, held, column))
    if error := st.session_state.pop("rule_error", None):
        st.text(error)


def _domain_noted(dataset: Dataset, line: Mapping[str, Any]) -> bool:
    """Notes that the pattern of an address shows its domain, once per session and value; false if that fails."""
    noted: set[str] = st.session_state.setdefault("domains_noted", set())
    if line["type"] != "EMAIL_ADDRESS" or line["value_hash"] in noted:
        return True
    ids = dataset.frame([ROW_ID], pl.Series([line["row"]], dtype=pl.UInt32))[ROW_ID]
    try:
        session.notes().looks.add(dataset.fingerprint, [(ids[0], "EMAIL_ADDRESS")], person())
    except AnnotationError as error:
        st.text(str(error))
        return False
    noted.add(line["value_hash"])
    return True


def _add(dataset: Dataset, rule: NotPersonal) -> None:
    try:
        number = session.notes().rules.add(dataset.fingerprint, rule, person())
    except (AnnotationError, PersonalDataError, ViewError) as error:
        st.session_state["rule_error"] = str(error)
    else:
        st.session_state["rule_added"] = number
        session.take_rules(dataset)
    st.rerun()


def say_latest(dataset: Dataset) -> None:
    """Shows the rule just made, with a button to undo it."""
    number = st.session_state.get("rule_added")
    kept = session.notes().rules.in_force(dataset.fingerprint)
    latest = [(number_in_list, one) for number_in_list, one in enumerate(kept) if one.number == number]
    if not latest:
        return
    number_in_list, one = latest[0]
    spans, rows = left_out(dataset, number_in_list)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(
            f"Not personal any more: {in_words(dataset, one.rule)}; {count(spans, 'hit')} in {count(rows)} left out."
        )
        st.button("Undo", key="undo_rule", icon=":material/undo:", on_click=_end, args=(dataset, one.number))


def in_words(dataset: Dataset, rule: NotPersonal) -> str:
    """A rule in words; a value is shown only as its hash."""
    title = found.title(rule.type).lower()
    if rule.kind == "value":
        return f"one value, as {title} (hash {rule.what[:8]})"
    if rule.kind == "pattern":
        return f"{title} of the form {cut(rule.what, 60)}"
    return f"{title} where {cut(dataset.called(rule.column), 30)} is {cut(rule.what, 40)}"


def left_out(dataset: Dataset, number: int) -> tuple[int, int]:
    """Hits and rows of the whole dataset that the rule of that number leaves out."""
    out = dataset.rulings.out
    if out.is_empty():
        return 0, 0
    hits = out.filter(pl.col("rule") == number)
    return hits.height, hits["row"].n_unique()


def _end(dataset: Dataset, number: int) -> None:
    try:
        session.notes().rules.end(number, person())
    except AnnotationError as error:
        st.session_state["rule_error"] = str(error)
    session.take_rules(dataset)


def in_force(dataset: Dataset) -> None:
    """Lists the rules of all people, what each leaves out of the whole dataset, and a button to undo each."""
    kept = session.notes().rules.in_force(dataset.fingerprint)
    if not kept:
        st.text("Nothing is marked as not personal yet. Tick a value or a hit to mark it.")
        return
    st.text("Left out of counts and of redaction, in the whole dataset; every receipt that they affect names them.")
    for number, one in enumerate(kept):
        spans, rows = left_out(dataset, number)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Undo", key=f"end_{one.number}", icon=":material/undo:", on_click=_end, args=(dataset, one.number)
            )
            st.text(
                f"{in_words(dataset, one.rule)}: {count(spans, 'hit')} in {count(rows)}; by {cut(one.person, 30)}, "
                f"{one.at:%Y-%m-%d %H:%M}",
                width="stretch",
            )
