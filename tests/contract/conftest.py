"""A small dataset with known faults, and a check of it by a contract that is written in the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.computing import compute
from analysis.contract import ContractResult, check
from analysis.dataset import Dataset
from analysis.signal import Signal
from analysis.workspace import Workspace
from tests.contract.rules import contract

Opened = Callable[[Sequence[dict[str, Any]]], Dataset]
Checked = Callable[..., ContractResult]


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Opened:
    """Opens records as a dataset."""

    def open_records(records: Sequence[dict[str, Any]]) -> Dataset:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return Workspace().open([path])

    return open_records


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """The result of a dataset by the text of a contract; what is missing is computed."""

    def by_text(dataset: Dataset, text: str, **options: Any) -> ContractResult:
        def make(of: Dataset, signal: Signal) -> None:
            compute(of, signal)

        return check(dataset, contract(tmp_path, text), make, **options)

    return by_text
