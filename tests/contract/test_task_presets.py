"""Does each preset pass clean data of its task, fail what is planted in the sample data, and never pass on nothing?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.check import CHARACTERISTICS
from analysis.computing import compute
from analysis.contract import ContractResult, check, read_contract, read_preset
from analysis.dataset import Dataset
from analysis.signal import Signal
from analysis.structure.faults import FAULTS
from analysis.workspace import Workspace
from tests.support.browser import ROOT

SAMPLES = ROOT / "sample_data"
TRUTH = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))
TASKS = ("sft", "preference", "tools", "raw_text")
Judge = Callable[[str, Path], ContractResult]


def rows_of(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / file).read_text(encoding="utf-8").splitlines()]


def clean_rows(file: str, also: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The rows in which nothing is planted but, perhaps, valid things of these kinds."""
    listed = {
        line
        for kind, entry in TRUTH.items()
        if entry["file"] == file and kind not in also
        for line in entry.get("lines") or [line for group in entry["groups"] for line in group]
    }
    return [row for line, row in enumerate(rows_of(file), 1) if line not in listed]


def with_tools(row: dict[str, Any]) -> dict[str, Any]:
    """The chat with a schema for each tool that it calls."""
    calls = [call["function"] for turn in row["messages"] for call in turn.get("tool_calls") or []]
    names = {call["name"]: json.loads(call["arguments"]) for call in calls}
    kinds = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}
    return row | {
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": name,
                    "parameters": {
                        "type": "object",
                        "properties": {key: {"type": kinds[type(value)]} for key, value in arguments.items()},
                    },
                },
            }
            for name, arguments in names.items()
        ]
    }


def written(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _make(dataset: Dataset, signal: Signal) -> None:
    compute(dataset, signal)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("presets")


@pytest.fixture(scope="module")
def judge(folder: Path) -> Judge:
    """Opens a file and checks it against a contract that names the preset alone."""
    workspace = Workspace(folder / "home")

    def judged(preset: str, path: Path) -> ContractResult:
        contract = folder / f"{preset}.toml"
        every = json.dumps(list(CHARACTERISTICS))
        contract.write_text(f'[contract]\npresets = ["{preset}"]\ncharacteristics = {every}\n', encoding="utf-8")
        return check(workspace.open([path]), read_contract(contract), _make)

    return judged


def of_status(result: ContractResult, *statuses: str) -> set[str]:
    return {each.rule.name.partition(": ")[2] for each in result.rules if each.status in statuses}


@pytest.mark.parametrize("task", TASKS)
def test_a_preset_is_about_every_characteristic(task: str) -> None:
    preset = read_preset(task)
    assert {rule.characteristic for rule in preset.rules} == set(CHARACTERISTICS)
    assert preset.about


def test_the_faults_of_chats_are_those_that_are_errors() -> None:
    """A fault that another check names is left out: a row would fail twice for one reason."""
    (rule,) = [rule for rule in read_preset("sft").rules if rule.name == "chats are built as templates expect"]
    named = rule.where[0].split("~")[2:]
    assert named == sorted(fault.name for fault in FAULTS if fault.severity == "error" and not fault.said_by)


ONLY_WITH_TEMPLATE = {"the trainer sees something to train in every row", "few answers are cut by the trainer"}
NO_SPLIT = "no row is in two splits"
CLEAN_UNKNOWN = {
    "sft": ONLY_WITH_TEMPLATE | {NO_SPLIT},
    "preference": {NO_SPLIT},
    "tools": {
        "the template writes every call and result",
        "the template writes JSON and no Python",
        "few answers are cut by the trainer",
        NO_SPLIT,
    },
    "raw_text": {NO_SPLIT},
}


@pytest.fixture(scope="module")
def clean(folder: Path) -> dict[str, Path]:
    """A clean file of each task."""
    chats = [with_tools(row) for row in clean_rows("chats.jsonl", ("chat_tool_calls",))]
    instructions = clean_rows("instructions.jsonl")
    texts = [{"text": row["output"]} for row in instructions if len(row["output"] or "") > 80]
    rows = {"sft": instructions, "preference": clean_rows("preferences.jsonl"), "tools": chats, "raw_text": texts}
    return {task: written(folder, f"clean_{task}", rows[task]) for task in TASKS}


@pytest.mark.parametrize("task", TASKS)
def test_clean_data_of_its_task_pass(judge: Judge, clean: dict[str, Path], task: str) -> None:
    result = judge(task, clean[task])
    assert (of_status(result, "fail"), of_status(result, "warn")) == (set(), set())
    assert of_status(result, "unknown") == CLEAN_UNKNOWN[task]
    assert result.verdict != "fail"


FAILS: dict[tuple[str, str], tuple[set[str], set[str]]] = {
    ("sft", "instructions.jsonl"): (
        {
            "every response says something",
            "few responses stop in the middle",
            "no response ends in a loop",
            "few responses repeat their prompts",
            "prompts have one answer",
            "no special tokens in texts",
            "no unfilled placeholders",
            "no second record in a text",
            "few copies",
            "no personal data",
            "no secrets",
        },
        {"few texts are in the wrong encoding", "few answers speak of a language model"},
    ),
    ("sft", "chats.jsonl"): (
        {
            "every response says something",
            "chats are built as templates expect",
            "no special tokens in texts",
            "few copies",
            "no personal data",
        },
        {"few answers are in another language than their prompts"},
    ),
    ("preference", "preferences.jsonl"): (
        {
            "every rejected answer says something",
            "chosen and rejected differ",
            "no choice contradicts another",
            "scores agree with the choice",
            "few copies",
        },
        {"few chosen answers are refusals", "longer is not better in any source", "few ties"},
    ),
    ("tools", "chats.jsonl"): (
        {
            "every chat has an answer",
            "every call has its result",
            "every chat that calls declares its tools",
            "chats are built as templates expect",
            "no role that templates do not know",
            "no special tokens in texts",
            "few copies",
            "no personal data",
        },
        set(),
    ),
}
"""Preset and file: the rules that fail, and those that warn."""


def test_planted_faults_of_raw_text_fail(judge: Judge, folder: Path) -> None:
    """The responses of the sample data as texts."""
    texts = written(folder, "texts", [{"text": row["output"]} for row in rows_of("instructions.jsonl")])
    result = judge("raw_text", texts)
    assert of_status(result, "fail") == {
        "every row has a text",
        "no text ends in a loop",
        "few texts are in the wrong encoding",
        "no special tokens in texts",
        "few copies",
        "no secrets",
        "little personal data",
    }
    assert of_status(result, "warn") == {"few texts speak of a language model", "few texts hold a second record"}


@pytest.mark.parametrize(("task", "file"), FAILS)
def test_what_is_planted_fails(judge: Judge, task: str, file: str) -> None:
    result = judge(task, SAMPLES / file)
    assert (of_status(result, "fail"), of_status(result, "warn")) == FAILS[task, file]
    assert result.verdict == "fail"


@pytest.mark.parametrize(
    ("task", "file"),
    [
        ("preference", "instructions.jsonl"),
        ("tools", "instructions.jsonl"),
        ("raw_text", "preferences.jsonl"),
        ("raw_text", "chats.jsonl"),
    ],
)
def test_a_preset_for_other_data_passes_nothing(judge: Judge, task: str, file: str) -> None:
    """Rules are bound to roles: on data without them they are unknown, and the contract fails."""
    result = judge(task, SAMPLES / file)
    assert of_status(result, "pass", "warn", "fail", "accepted") == set()
    assert result.verdict == "fail"
