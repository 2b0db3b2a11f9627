"""What the contract beside the data says of them: its verdict, by characteristic of good data."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from analysis.annotations import Annotations
from analysis.check import CHARACTERISTICS
from analysis.contract import ContractResult, check, contract_path, places_beside, read_contract
from analysis.dataset import Dataset
from analysis.errors import WinnowError
from analysis.inbox import accepted_rows
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count, cut

SIGNS = {"pass": "✓", "warn": "!", "fail": "✗", "accepted": "✓", "unknown": "?"}


@st.cache_resource(max_entries=8, show_spinner=False)
def _checked(key: Key, _path: Path, _dataset: Dataset, _notes: Annotations) -> ContractResult:
    return check(_dataset, read_contract(_path), accepted=partial(accepted_rows, _notes, _dataset))


def verdict(dataset: Dataset) -> None:
    """The verdict and the worst status of each characteristic; nothing where no contract is beside the data.

    Nothing is computed for it: a rule whose columns are missing is unknown.
    """
    if not any(path.is_file() for path in places_beside(dataset)):
        return
    notes = session.notes()
    try:
        path = contract_path(dataset)
        answers = map(str, sorted(notes.judgements.revisions().items()))
        stamp = f"{path} {path.stat().st_mtime_ns}"
        result = _checked(key_of(dataset, "tags", *dataset.signals(), more=(stamp, *answers)), path, dataset, notes)
    except (WinnowError, OSError) as error:
        st.text(f"The contract cannot be checked: {error}")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="verdict"):
        name = cut(result.contract.name, 40)
        st.text(f"Contract “{name}”: {result.verdict}. {count(len(result.rules), 'rule')}.", width="content")
        for words in by_characteristic(result):
            st.text(words, width="content")


def by_characteristic(result: ContractResult) -> list[str]:
    """Words for each characteristic that has a rule: a sign, its name, and how many rules have the worst status."""
    lines = []
    for name in CHARACTERISTICS:
        statuses = [rule.status for rule in result.rules if rule.rule.characteristic == name]
        worst = next((status for status in ("fail", "unknown", "warn", "accepted", "pass") if status in statuses), None)
        if worst is not None:
            lines.append(f"{SIGNS[worst]} {name}: {statuses.count(worst)} of {count(len(statuses), 'rule')} {worst}")
    return lines
