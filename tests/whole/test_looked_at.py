"""Does a zero always come with what was looked at, and does nothing looked at end with code 2 and a reason?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from analysis.__main__ import app
from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.duplicates.kinds import KINDS
from analysis.findings import outcomes
from analysis.training.choice import choose
from analysis.training.keeping import with_choice
from analysis.workspace import Workspace
from tests.support.commands import Run, runner


def _chat(i: int) -> dict[str, Any]:
    turns = [("user", f"Name town {i}."), ("assistant", f"Town {i} it is.")]
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


ROWS: dict[str, list[dict[str, Any]]] = {
    "instruction": [{"prompt": f"Write number {i} down.", "response": f"Here is number {i}."} for i in range(3)],
    "chat": [_chat(i) for i in range(3)],
    "preference": [{"prompt": f"Name town {i}.", "chosen": f"Town {i}.", "rejected": f"No {i}."} for i in range(3)],
    "kto": [{"prompt": f"Name town {i}.", "completion": f"Town {i}.", "label": i > 1} for i in range(3)],
    "reward": [{"prompt": f"Name town {i}.", "response": f"Town {i}.", "score": i} for i in range(3)],
    "text": [{"text": f"Some words about town {i} and its river."} for i in range(3)],
    "table": [{"colour": f"red {i}", "n": i} for i in range(3)],
    "no_text": [{"n": i, "m": i * 2.5} for i in range(3)],
    "null_texts": [{"prompt": None, "response": None} for _ in range(3)],
    "null_text": [{"text": None, "n": i} for i in range(3)],
    "no_messages": [{"messages": []} for _ in range(3)],
}
WITHOUT_TEXT = ("no_text", "null_texts", "null_text")
ASKED: dict[str, list[tuple[str, ...]]] = {
    "open": [()],
    "compute": [("tokens",), ("near_pairs",), ("conflicts",)],
    "findings": [()],
    "verbs": [(), ("--over", "response")],
    "format": [()],
    "clean": [("--kind", "html_tags", "--dry-run")],
    "prompts": [(), ("--expect", "{input}.")],
    "conflicts": [()],
    "duplicates": [("--kind", kind) for kind in KINDS],
    "annotators": [("--item", "n", "--annotator", "n", "--label", "n")],
    "slices": [("--by", "n")],
    "trainer": [()],
    "map": [()],
    "similar": [("--to", "town")],
    "sample": [("--size", "2", "--out", "{folder}/sample.jsonl")],
    "table": [("--columns", "prompt"), ("--columns", "source_line")],
}
ELSEWHERE = {"check", "pii", "propose", "export", "replay", "templates"}  # each has a test of its own in its room
COUNTS = {"rows", "looked_at"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("data")
    for name, rows in ROWS.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return {name: folder / f"{name}.jsonl" for name in ROWS}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def run(workspace: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in one workspace for this file."""
    monkeypatch.setenv("WINNOW_HOME", str(workspace))
    return runner(capfd)


def test_every_command_is_asked() -> None:
    commands: dict[str, Any] = vars(typer.main.get_command(app))["commands"]
    assert set(commands) == set(ASKED) | ELSEWHERE


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("command", ASKED)
def test_a_zero_says_of_how_many(command: str, name: str, run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    for options in ASKED[command]:
        arguments = [option.replace("{folder}", str(tmp_path)) for option in options]
        json_option = [] if command == "table" else ["--json"]
        ended = run(command, files[name], *arguments, *json_option)
        assert ended.code in (0, 2), ended
        if ended.code == 2:
            last = ended.err.splitlines()[-1]
            assert last.endswith(".") and len(last) > 40, "no reason is given"
            if ended.out:
                answer = json.loads(ended.out)
                assert (answer["looked_at"], answer["not_looked_at"]) == (0, last)
                assert last.startswith("Not looked at: ")
        elif command == "table":
            assert len(ended.out.splitlines()) == 3
        elif command != "open":
            answer = json.loads(ended.out)
            assert answer["looked_at"] > 0 and answer["not_looked_at"] is None


@pytest.mark.parametrize("name", WITHOUT_TEXT)
@pytest.mark.parametrize("command", ["verbs", "format", "clean", "conflicts", "map", "similar", "sample"])
def test_without_a_text_these_look_at_nothing(
    command: str, name: str, run: Run, files: dict[str, Path], tmp_path: Path
) -> None:
    arguments = [option.replace("{folder}", str(tmp_path)) for option in ASKED[command][0]]
    ended = run(command, files[name], *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines()[-1].startswith("Not looked at: ")
    assert not (tmp_path / "sample.jsonl").exists()


@pytest.mark.parametrize("command", ["verbs", "format", "clean", "conflicts", "slices", "annotators"])
def test_no_row_in_view_is_no_zero(command: str, run: Run, files: dict[str, Path]) -> None:
    by = {
        "clean": ("--kind", "html_tags"),
        "slices": ("--by", "score"),
        "annotators": ("--item", "score", "--annotator", "score", "--label", "score"),
    }
    ended = run(command, files["reward"], *by.get(command, ()), "--where", "score~gt~100")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines()[-1] == (
        "Not looked at: none of the 3 rows passes the filters; remove or change a --where."
    )


def test_a_filter_on_a_column_without_values_looks_at_nothing(run: Run, files: dict[str, Path]) -> None:
    for name, where in (("table", "prompt~has~red"), ("null_texts", "response_words~ge~1"), ("no_text", "*~has~red")):
        ended = run("table", files[name], "--columns", "source_line", "--where", where)
        assert (ended.code, ended.out) == (2, ""), where
        assert ended.err.splitlines()[-1].startswith("Not looked at: "), where
    blank = run("table", files["null_texts"], "--columns", "source_line", "--where", "response~blank")
    assert (blank.code, len(blank.out.splitlines())) == (0, 3)


@pytest.mark.parametrize("name", ROWS)
def test_every_check_is_done_or_says_why_not(name: str, run: Run, files: dict[str, Path]) -> None:
    run("findings", files[name])
    dataset = Workspace().dataset(str(files[name]))
    for when in ("before", "after"):
        for outcome in outcomes(dataset):
            if outcome.state == "done":
                assert outcome.looked_at and not outcome.why, (when, outcome)
                assert outcome.finding is None or 0 < outcome.finding.rows <= dataset.height
            else:
                assert outcome.state in ("not run", "does not apply")
                assert outcome.looked_at is None and outcome.finding is None
                assert outcome.why.endswith(".") and outcome.to_do, (when, outcome)
        if when == "before":
            kept = with_choice(dataset, choose("chatml", serve="chatml"))
            dataset = Workspace().describe(dataset, parameters=kept)
            for signal in (each for each in dataset.signals() if each.finds and not dataset.has(each)):
                compute(dataset, signal)
    assert not [o.check.name for o in outcomes(dataset) if o.state == "not run"]
    done = {outcome.check.name for outcome in outcomes(dataset) if outcome.state == "done"}
    assert len(outcomes(dataset)) == len(CATALOGUE.checks)
    if name in ("no_text", "null_text", "table"):
        assert not done - {
            "exact_duplicates",
            "near_duplicates",
            "secrets",
            "personal_data",
            "names",
            "not_fully_scanned",
        }
