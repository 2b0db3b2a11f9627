"""Which column has which role? The roles that are set, with an example value each; others are added on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analysis.dataset.names import names_in_file
from analysis.formats import ROLES, TEXT_ROLES
from ui.session.text import cut

__all__ = ["choose_roles"]
A_LINE = 4
EXAMPLE_CHARS = 90
MAIN_TEXTS = ("prompt", "response", "messages", "text")


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
    return st.selectbox(
        _title(role), options, index=index, key=f"{key}_{role}", format_func=names.__getitem__, filter_mode="contains"
    )


def _title(role: str) -> str:
    return role.replace("_", " ")
