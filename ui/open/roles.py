"""Which column has which role? A choice of column for each role, and of role for each column at its badge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analysis.dataset.names import names_in_file
from analysis.formats import ROLES, TEXT_ROLES
from ui.open.found import NO_ROLE
from ui.session.text import cut, md

__all__ = ["badges", "choose_roles"]
A_LINE = 4
EXAMPLE_CHARS = 90
MAIN_TEXTS = ("prompt", "response", "messages", "text")
BADGES = 16
_BY_BADGE = "roles_by_badge"  # in the session: the keys of the choices that a badge has set since the page was drawn


def badges(described: Mapping[str, Any], key: str) -> None:
    """A badge for each column, those with a role first; a click on it opens the choice of the column's role.

    What is chosen is set in the choices that `choose_roles` draws under this `key`, which may be drawn before or after.
    """
    names = names_in_file(described)
    role_of = {column: role for role, column in described["roles"].items()}
    with_role = sorted(role_of.keys() & names.keys(), key=lambda column: ROLES.index(role_of[column]))
    others = [column for column in names if column not in role_of and column not in described["added"]]
    with st.container(horizontal=True, gap="xsmall"):
        for column in [*with_role, *others][:BADGES]:
            role = role_of.get(column, "")
            with st.popover(md(f"{_title(role) or NO_ROLE} · {names[column]}", 40), key=f"badge_{key}_{column}"):
                chosen = f"role_of_{key}_{column}"
                st.session_state[chosen] = role
                st.selectbox(
                    md(f"Role of {names[column]}", 60),
                    ["", *ROLES],
                    key=chosen,
                    format_func=lambda one: _title(one) or NO_ROLE,
                    filter_mode="contains",
                    on_change=_give,
                    args=(key, column, role, chosen),
                )


def _give(key: str, column: str, before: str, chosen: str) -> None:
    """Gives the column the role that was chosen at its badge, and takes the one of before from it."""
    role = st.session_state[chosen]
    columns = {f"{key}_{before}": ""} if before else {}
    if role:
        columns[f"{key}_{role}"] = column
        if f"{key}_{role}" not in st.session_state:
            st.session_state[f"{key}_add"] = [*st.session_state.get(f"{key}_add", []), role]
    st.session_state.update(columns)
    st.session_state[_BY_BADGE] = set(columns)


def choose_roles(described: Mapping[str, Any], key: str, examples: Mapping[str, str]) -> dict[str, str]:
    """A choice of column for each role that is set or added, and for the main texts where none is set.

    Returns the changed roles, "" for no column.
    `described` is the description of a dataset or of a preview; its columns have their names in the file. `examples`:
    a value by column, shown under the choice.
    """
    detected: dict[str, str] = described["roles"]
    names = {"": "–"} | {column: cut(name) for column, name in names_in_file(described).items()}
    without_texts = not detected.keys() & TEXT_ROLES
    offered = [role for role in ROLES if role in detected or (without_texts and role in MAIN_TEXTS)]
    cells = st.container()
    added = st.multiselect(
        "Add a role",
        [role for role in ROLES if role not in offered],
        format_func=_title,
        key=f"{key}_add",
        placeholder="label, annotator, source, language …",
        filter_mode="contains",
        select_all=False,
        width=480,
    )
    shown = [*offered, *added]
    changed: dict[str, str] = {}
    with cells:
        for start in range(0, len(shown), A_LINE):
            for cell, role in zip(st.columns(A_LINE), shown[start : start + A_LINE], strict=False):
                with cell:
                    picked = _column_of(role, names, detected.get(role, ""), key)
                    st.text(cut(examples.get(picked, ""), EXAMPLE_CHARS) or " ")
                if picked != detected.get(role, ""):
                    changed[role] = picked
    return changed


def _column_of(role: str, names: Mapping[str, str], detected: str, key: str) -> str:
    options = list(names)
    index = options.index(detected) if detected in options else 0
    if f"{key}_{role}" in st.session_state.get(_BY_BADGE, ()):
        index = 0  # Streamlit takes either a default or a value that is set
        st.session_state[_BY_BADGE].discard(f"{key}_{role}")
    return st.selectbox(
        _title(role), options, index=index, key=f"{key}_{role}", format_func=names.__getitem__, filter_mode="contains"
    )


def _title(role: str) -> str:
    return role.replace("_", " ")
