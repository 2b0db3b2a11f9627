"""What a person does about a finding: state, owner, accept, tag, a rule, undo. For callbacks; each says what it did."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from analysis.annotations.finding_states import Given
from analysis.dataset import Dataset
from analysis.errors import AnnotationError, UsageError
from analysis.findings import Finding
from analysis.inbox import Line, rules
from analysis.signal import ROW_ID
from ui.actions import accepting
from ui.session import session
from ui.session.login import person
from ui.session.text import count

MESSAGE = "finding_message"


def state_key(line: Line) -> str:
    return f"state_{line.check.name}"


def set_state(dataset: Dataset, line: Line) -> None:
    """Gives the finding the state that was clicked; a click on the present one changes nothing."""
    asked: Given | None = st.session_state.get(state_key(line))
    if asked is None or asked == line.state.name:
        return
    try:
        session.notes().states.set_state(dataset.fingerprint, line.check.name, asked, person(), line.rows)
    except AnnotationError as error:
        _say(str(error))
        return
    _say(f"The finding is {asked}. Undo takes that back.")


def set_owner(dataset: Dataset, line: Line) -> None:
    """Gives the finding the owner that was written; an empty name takes the owner away."""
    owner = str(st.session_state.get("finding_owner", ""))
    try:
        session.notes().states.set_owner(dataset.fingerprint, line.check.name, owner, person(), line.rows)
    except AnnotationError as error:
        _say(str(error))
        return
    _say("The owner is set. Undo takes that back." if owner.strip() else "The finding has no owner now.")


def accept_all(dataset: Dataset, finding: Finding) -> None:
    """Accepts every row of the finding for the reason that was written; without a reason nothing is accepted."""
    ids = dataset.frame([ROW_ID], dataset.rows_of(finding.view))[ROW_ID].to_list()
    _say(accepting.accept_rows(dataset, finding.name, ids, str(st.session_state.get("accept_why", ""))))


def undo(dataset: Dataset, line: Line) -> None:
    """Takes back the person's latest act on this finding: answers on rows, the state or the owner."""
    notes, name = session.notes(), line.check.name
    try:
        answered = notes.judgements.latest(dataset.fingerprint, name, person())
        event = notes.states.latest(dataset.fingerprint, name, person())
        if event is not None and (answered is None or event.at > answered):
            notes.states.undo(dataset.fingerprint, name, person())
            _say(f"Taken back: {event.kind} {event.value or 'none'}.")
        elif answered is not None and (batch := notes.judgements.undo(dataset.fingerprint, name, person())):
            _say(f"Taken back: your latest answer, on {count(batch.rows)}.")
        else:
            _say("You have done nothing here that could be taken back.")
    except AnnotationError as error:
        _say(str(error))


def add_rule(path: Path, finding: Finding, at_present: bool, owner: str) -> None:
    try:
        rules.add_rule(path, finding, at_present, owner)
    except UsageError as error:
        _say(str(error))
        return
    _say(f"The rule is in {path.name}, beside the data.")


def remove_rule(path: Path, finding: Finding) -> None:
    try:
        rules.remove_rule(path, finding)
    except UsageError as error:
        _say(str(error))
        return
    _say(f"The rule is removed from {path.name}.")


def _say(sentence: str) -> None:
    st.session_state[MESSAGE] = sentence
