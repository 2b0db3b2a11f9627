"""Is every structural fault that is planted in the sample chats named, row by row, and no valid row?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.findings import findings
from analysis.workspace import Workspace

SAMPLES = Path(__file__).parents[2] / "sample_data"
TRUTH = json.loads((SAMPLES / "TRUTH.json").read_text())


def planted(kind: str) -> set[int]:
    return set(TRUTH[f"chat_{kind}"]["lines"])


NO_ASSISTANT, NO_RESULT = planted("no_assistant_turn"), planted("tool_call_without_answer")
EXPECTED = {
    "last_not_assistant": planted("last_turn_not_assistant") | NO_ASSISTANT,
    "no_assistant": NO_ASSISTANT,
    # The answer to a call without a result follows the call, which is the assistant's too.
    "same_role_twice": planted("two_user_turns") | NO_RESULT,
    "system_late": planted("system_turn_in_the_middle"),
    "empty_turn": planted("empty_assistant_turn"),
    "call_without_result": NO_RESULT,
    "unknown_role": planted("foreign_role_names"),
    # In these two one sentence is translated from two languages.
    "repeated_turn": planted("repeated_answer") | {153, 189},
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    dataset = Workspace(tmp_path_factory.mktemp("home")).open([SAMPLES / "chats.jsonl"])
    compute(dataset, dataset.signal("structure"))
    return dataset


def test_the_planted_faults(sample: Dataset) -> None:
    counts = {fault: len(lines) for fault, lines in EXPECTED.items()}
    assert (counts["last_not_assistant"], counts["no_assistant"], counts["system_late"]) == (13, 3, 4)
    assert (counts["empty_turn"], counts["call_without_result"], counts["unknown_role"]) == (8, 6, 4)
    lines: dict[str, set[int]] = {}
    for line, faults in enumerate(sample.column("structure_faults"), 1):
        for fault in faults:
            lines.setdefault(fault, set()).add(line)
    systems = lines.pop("several_systems")
    assert systems <= EXPECTED["system_late"], "a late message of the system beside one at the beginning"
    assert lines == EXPECTED


def test_the_valid_rows_have_none(sample: Dataset) -> None:
    faults = sample.column("structure_faults").to_list()
    for line in planted("content_in_parts") | planted("tool_calls"):
        assert not faults[line - 1], line


def test_each_is_a_finding(sample: Dataset) -> None:
    found = {finding.name: set(sample.rows_of(finding.view) + 1) for finding in findings(sample)}
    for fault, lines in EXPECTED.items():
        assert found["empty_response" if fault == "no_assistant" else fault] == lines
