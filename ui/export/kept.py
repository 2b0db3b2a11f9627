"""The choices for the exports of a dataset, kept in the workspace, so that a reload does not forget them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export import ExportRequest
from analysis.export.choices import NOTHING, ExportChoice, keep_choice, kept_choice
from analysis.export.redaction.plan import WHOLE, Redaction, read_plan
from ui.session import places, session

OF, LAST = "export_of", "export_choice"


def take(dataset: Dataset) -> None:
    """Sets the widgets to the kept choice: all of them for another dataset than before, else those without a value.

    A format in the address wins over the kept one when the page is opened.
    """
    before, choice = st.session_state.get(OF), _kept(dataset)
    is_other = before not in (None, dataset.fingerprint)
    st.session_state[OF] = dataset.fingerprint
    if is_other or LAST not in st.session_state:
        st.session_state[LAST] = choice
    if choice.to and (is_other or ("to" not in st.session_state and "to" not in st.query_params)):
        st.session_state["to"] = choice.to
    if is_other or "clean" not in st.session_state:
        st.session_state["clean"] = list(choice.clean)
    if is_other or "unpack_shots" not in st.session_state:
        st.session_state["unpack_shots"] = choice.unpack_shots
    if is_other or "split_safe" not in st.session_state:
        _set_split(choice)
    if is_other or "redact" not in st.session_state:
        rules = read_plan(choice.redact).values()
        st.session_state["redact"] = [rule.type for rule in rules]
        for rule in rules:
            _set_rule(rule)


def keep(dataset: Dataset, request: ExportRequest) -> None:
    """Keeps what the widgets show, if a person changed it; what another session has kept in the meantime stays."""
    clean = st.session_state[LAST].clean if request.to == "input" else request.clean  # it has no widget there
    unpack = bool(st.session_state["unpack_shots"])  # a format that cannot hold examples does not ask
    choice = ExportChoice(request.to, clean, request.redact, request.split_safe, request.protect, unpack)
    if choice != st.session_state[LAST]:
        _keep(dataset, choice)
        st.session_state[LAST] = choice


def open_with(dataset: Dataset, *, to: str = "", clean: tuple[str, ...] = (), redact: tuple[str, ...] = ()) -> None:
    """Opens the page Export for the rows in view with this added to the kept choice."""
    choice = _kept(dataset)
    plan = read_plan(choice.redact)
    added = {rule.type: rule for rule in read_plan(redact).values() if rule.type not in plan}
    choice = replace(
        choice,
        to=to or choice.to,
        clean=clean or choice.clean,
        redact=tuple(map(str, {**plan, **added}.values())),
    )
    _keep(dataset, choice)
    for name in ("to", "clean", "redact", "split_safe", "unpack_shots", OF, LAST):
        st.session_state.pop(name, None)
    params: dict[str, str | list[str]] = {"d": dataset.id, "f": session.view().to_params()}
    st.switch_page(places.page("export"), query_params=params)


def key_of_protected(column: str) -> str:
    """The key of the widget for the splits of this column that stay whole."""
    return f"protect_{column}"


def _set_split(choice: ExportChoice) -> None:
    """Sets the widgets for the column of splits and for those that stay whole."""
    st.session_state["split_safe"] = choice.split_safe or None
    if choice.protect:
        st.session_state[key_of_protected(choice.split_safe)] = list(choice.protect)
    else:
        st.session_state.pop(key_of_protected(choice.split_safe), None)


def _set_rule(rule: Redaction) -> None:
    """Sets the widgets of one type of personal data."""
    st.session_state[f"redact_{rule.type}"] = rule.how
    if rule.how == "mask":
        st.session_state[f"redact_n_{rule.type}"] = rule.shown
    elif rule.how == "pseudonym":
        st.session_state[f"redact_same_{rule.type}"] = rule.option == WHOLE


def _kept(dataset: Dataset) -> ExportChoice:
    try:
        return kept_choice(session.workspace().home, dataset.fingerprint)
    except ExportError as error:
        st.warning(
            "What was chosen for the exports of this dataset is lost. Choose again what is done with personal data."
        )
        st.text(str(error))
        return NOTHING


def _keep(dataset: Dataset, choice: ExportChoice) -> None:
    try:
        keep_choice(session.workspace().home, dataset.fingerprint, choice)
    except ExportError as error:
        st.warning("The choices of this page could not be kept.")
        st.text(str(error))
