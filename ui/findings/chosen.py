"""The right side of the page Findings: what the chosen finding is, what is known of it, and what can be done."""

from __future__ import annotations

import streamlit as st

from analysis.annotations.finding_states import GIVEN
from analysis.check import CHARACTERISTICS, SEVERITIES, Check
from analysis.contract import FILE_NAME
from analysis.dataset import Dataset
from analysis.errors import UsageError
from analysis.findings import Finding
from analysis.inbox import STATES, Line, rules
from ui.findings import acts
from ui.findings.explained import Explained, explained
from ui.findings.grouping import trend_words
from ui.rows import tagging
from ui.session import places, session
from ui.session.clicks import clicked
from ui.session.number_words import share
from ui.session.text import count, cut

TAG_ALL = "tag_finding"
OPENS = "opens_tag_finding"
"""In the session: whether a key asked to open the form that tags all rows."""


def show(dataset: Dataset, line: Line) -> None:
    """What the finding is and what to do about it, then the acts, each one click away."""
    st.subheader(line.check.title, anchor=False, help=_meaning(line.check))
    finding = line.outcome.finding
    with st.container(gap="xxsmall"):
        st.text(finding.sentence if finding else _without_rows(line))
        for sentence in _facts(line, explained(line.check, dataset.catalogue)):
            st.text(sentence)
    _acts(dataset, line)
    if message := st.session_state.pop(acts.MESSAGE, None):
        st.text(message)


def _without_rows(line: Line) -> str:
    outcome = line.outcome
    if outcome.state == "done":
        return f"No row shows it, of {count(outcome.looked_at or 0)} that were looked at."
    return f"{outcome.state.capitalize()}: {outcome.why} {outcome.to_do}"


def _meaning(check: Check) -> str:
    good = CHARACTERISTICS[check.characteristic]
    severity = f"{check.severity.capitalize()}: {SEVERITIES[check.severity]}"
    return f"{severity} Good data are {check.characteristic}: {good[0].lower()}{good[1:]}"


def _facts(line: Line, explains: Explained) -> list[str]:
    facts, finding = [], line.outcome.finding
    if finding:
        facts.append(f"What to do: {line.check.to_do}")
        they = "it has" if finding.rows == 1 else "they have"
        tokens = f"; {they} {count(finding.tokens, 'token')}" if finding.tokens else ""
        facts.append(f"{count(finding.rows)} of {finding.looked_at:,} looked at ({share(finding.share)}){tokens}.")
    return [*facts, *_trend(line), *_state(line), *_lost(line), *filter(None, [explains.why])]


def _trend(line: Line) -> list[str]:
    trend, finding = line.trend, line.outcome.finding
    if trend is None:
        return []
    now = finding.share if finding else 0.0
    where = "the version before" if trend.is_version else "these data before"
    words = f"Since {where}, counted on {trend.at:%Y-%m-%d %H:%M} UTC, {trend_words(trend, now)}."
    return [words if trend.is_comparable else f"{words} It was counted in another way, so do not compare the numbers."]


def _state(line: Line) -> list[str]:
    state = line.state
    if not state.name or (state.name == "open" and not state.note and state.event is None):
        return []
    given = ""
    if state.event is not None:
        where = " in another version of the data" if state.is_inherited else ""
        given = f"Given{where} by {cut(state.event.person)}, {state.event.at:%Y-%m-%d %H:%M} UTC."
    words = [f"State: {state.name}. {STATES[state.name]}", state.note, given]
    return [" ".join(filter(None, words))]


def _lost(line: Line) -> list[str]:
    judged, sentences = line.judged, []
    if judged.gone:
        rows = "1 judged row is" if judged.gone == 1 else f"{judged.gone:,} judged rows are"
        sentences.append(f"{rows} not in these data any more.")
    if judged.cleared:
        rows = "1 judged row does" if judged.cleared == 1 else f"{judged.cleared:,} judged rows do"
        sentences.append(f"{rows} not show it any more.")
    if judged.disputed:
        sentences.append(f"On {count(judged.disputed)} two people answered differently; the last answer counts.")
    return sentences


def _acts(dataset: Dataset, line: Line) -> None:
    finding = line.outcome.finding
    with st.container(horizontal=True, vertical_alignment="center", key="finding_acts"):
        if finding:
            _of_rows(dataset, line, finding)
        if line.state.name:
            _state_and_owner(dataset, line)
        _explain(dataset, line)
        st.button(
            "Undo here",
            key="finding_undo",
            icon=":material/undo:",
            on_click=acts.undo,
            args=(dataset, line),
            help="Takes back your last answer, state or owner of this finding. Undo at the top takes back tags.",
        )


def _of_rows(dataset: Dataset, line: Line, finding: Finding) -> None:
    if st.button(f"Read {count(finding.rows)}", key="finding_slice", type="primary"):
        session.set_view(finding.view)
        st.switch_page(places.page("reading"), query_params={"d": dataset.id, "f": finding.view.to_params()})
    if st.session_state.pop(OPENS, False):
        st.session_state[TAG_ALL] = True
    with st.popover("Tag all", key=TAG_ALL, on_change="rerun") as tags:
        if tags.open:
            tagging.tag_all(dataset, dataset.rows_of(finding.view), "finding")
    with st.popover("Drop all", key="drop_finding", on_change="rerun") as drops:
        if drops.open:
            tagging.drop_all(dataset, dataset.rows_of(finding.view), "finding_drop", "of this finding")
    with st.popover("Accept all", key="accept_all", on_change="rerun") as accept:
        if accept.open:
            _accept(dataset, finding)
    with st.popover("Make this a rule", key="make_rule", on_change="rerun") as rule:
        if rule.open:
            _rule(dataset, line, finding)


def _accept(dataset: Dataset, finding: Finding) -> None:
    st.text(
        "Accepted rows stay as they are. They no longer count against a limit of a contract. "
        "A row that is changed later is not accepted any more."
    )
    with st.form("accept_form", border=False):
        st.text_input("Why may they stay?", key="accept_why", placeholder="such as: long on purpose", max_chars=500)
        st.form_submit_button(
            f"Accept {count(finding.rows)}",
            type="primary",
            key="finding_accept_go",
            on_click=acts.accept_all,
            args=(dataset, finding),
        )


def _state_and_owner(dataset: Dataset, line: Line) -> None:
    key = acts.state_key(line)
    st.session_state[key] = line.state.name if line.state.name in GIVEN else None
    st.segmented_control(
        "State",
        list(GIVEN),
        key=key,
        label_visibility="collapsed",
        on_change=acts.set_state,
        args=(dataset, line),
    )
    with st.popover(f"Owner: {line.owner}" if line.owner else "Owner", key="owner", on_change="rerun") as owner:
        if owner.open:
            with st.form("owner_form", border=False):
                st.text_input("Who takes care of it?", value=line.owner, key="finding_owner", max_chars=60)
                st.form_submit_button("Set the owner", key="owner_go", on_click=acts.set_owner, args=(dataset, line))


def _rule(dataset: Dataset, line: Line, finding: Finding) -> None:
    limits = {False: "no row may show it", True: f"at most the present share, {share(finding.share)}"}
    at_present = bool(st.radio("Limit", list(limits), format_func=limits.__getitem__, key="rule_limit"))
    st.code(rules.rule_text(finding, at_present, line.owner), language="toml")
    path = rules.contract_path(dataset)
    try:
        is_there = rules.has_rule(path, finding)
    except UsageError as error:
        st.text(str(error))
        return
    st.text(f"The contract of these data is {path}. The command winnow check reads it.")
    if is_there:
        st.text("It has a rule about this finding.")
        st.button("Remove that rule", key="rule_off", on_click=acts.remove_rule, args=(path, finding))
        return
    if clicked(f"Add it to {FILE_NAME}", "rule_go", type="primary"):
        acts.add_rule(path, finding, at_present, line.owner)
        st.rerun()


def _explain(dataset: Dataset, line: Line) -> None:
    """The button to the page that explains the finding."""
    explains, finding = explained(line.check, dataset.catalogue), line.outcome.finding
    if not explains.page or not st.button(
        f"Page {places.title_of(explains.page)}",
        key="finding_page",
        type="tertiary",
        icon=":material/arrow_forward:",
        help="Opens it with the rows of this finding in view." if explains.is_narrowed and finding else None,
    ):
        return
    if explains.is_narrowed and finding:
        session.set_view(finding.view)
        st.switch_page(places.page(explains.page), query_params={"d": dataset.id, "f": finding.view.to_params()})
    st.switch_page(places.page(explains.page), query_params={"d": dataset.id})
