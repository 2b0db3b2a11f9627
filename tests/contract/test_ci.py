"""Do the workflows and the hook of docs/ci.md do what the page says, run as they are written?"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typer
import yaml

from analysis.__main__ import app
from analysis.contract import read_contract
from tests.support.browser import ROOT

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = [(kind, text) for kind, text in re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.M | re.S)]
WORKFLOW, GITLAB, HOOKS = (yaml.safe_load(text) for kind, text in BLOCKS if kind == "yaml")
STEPS: list[dict[str, Any]] = WORKFLOW["jobs"]["check"]["steps"]
CHECK = typer.main.get_command(app).commands["check"]  # type: ignore[attr-defined]


def toml_blocks() -> list[str]:
    return [text for kind, text in BLOCKS if kind == "toml"]


def step(name: str) -> dict[str, Any]:
    return next(each for each in STEPS if each.get("name") == name)


def commands() -> list[list[str]]:
    """The words of every call of `winnow check` on the page, without redirections."""
    lines = re.findall(r"winnow (check [^\n`|>]*)", PAGE)
    return [shlex.split(line.replace("$compared", "--baseline b.json"), comments=True)[1:] for line in lines]


def test_every_call_has_options_that_exist() -> None:
    assert len(commands()) >= 8
    for words in commands():
        if words:
            CHECK.make_context("check", words)


def test_the_contracts_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "winnow.toml").write_text(toml_blocks()[0])
    whole = read_contract(tmp_path / "winnow.toml")
    (tmp_path / "winnow.toml").write_text(f"[contract]\n{toml_blocks()[1]}")
    without = read_contract(tmp_path / "winnow.toml")
    names = {rule.name for rule in whole.rules}
    assert "sft: few near duplicates" in names and "sft: few near duplicates" not in {r.name for r in without.rules}


def test_the_workflow_is_one() -> None:
    assert set(WORKFLOW) == {"name", True, "permissions", "jobs"}, "YAML 1.1 reads `on` as true"
    assert all(("uses" in each) != ("run" in each) for each in STEPS)
    kept = [each["with"] for each in STEPS if each.get("uses", "").startswith("actions/upload-artifact")]
    assert [each["name"] for each in kept] == ["winnow-report", "winnow-baseline"]
    assert "winnow-baseline" in step("Fetch the baseline")["run"]
    assert GITLAB["data"]["artifacts"]["reports"]["junit"] in GITLAB["data"]["script"][1]


# Run as they are written


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with data that keep their contract, and the command `winnow` on the path."""
    (tmp_path / "bin").mkdir()
    winnow = tmp_path / "bin" / "winnow"
    winnow.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {sys.executable} -m analysis "$@"\n')
    winnow.chmod(0o755)
    data = tmp_path / "repository" / "data"
    data.mkdir(parents=True)
    (data / "winnow.toml").write_text(toml_blocks()[0])
    write(data / "train.jsonl", faults=0)
    return tmp_path / "repository"


def write(path: Path, faults: int) -> None:
    """Rows of which so many have no answer."""
    words = ("harbour", "violin", "lentil", "glacier", "lantern", "meadow", "copper", "sparrow", "anchor", "pepper")
    rows = [
        {
            "prompt": f"Why is the {a} near the {b} so {c}?",
            "response": ""
            if (n := 100 * i + 10 * j + k) < faults
            else f"The {c} {a} number {n} was built by {b} people.",
        }
        for i, a in enumerate(words)
        for j, b in enumerate(words)
        for k, c in enumerate(("old", "green"))
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def run(repository: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Runs a step as the runner does: bash, which ends at the first command that fails."""
    environment = {
        "PATH": f"{repository.parent / 'bin'}:{os.environ['PATH']}",
        "HOME": str(repository.parent),
        "WINNOW_HOME": str(repository / ".winnow"),
        "DATA": WORKFLOW["jobs"]["check"]["env"]["DATA"],
        "GITHUB_STEP_SUMMARY": str(repository / "summary.md"),
    }
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=repository, env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.slow
def test_the_job_passes_and_fails_as_the_page_says(repository: Path) -> None:
    assert (first := run(repository, step("Check")["run"])).returncode == 0, first.stderr
    assert run(repository, step("Keep the baseline")["run"]).returncode == 0
    assert json.loads((repository / "winnow-baseline.json").read_text())["verdict"] != "fail"

    write(repository / "data" / "train.jsonl", faults=12)
    failed = run(repository, step("Check")["run"])
    assert failed.returncode == 1, failed.stderr
    marks = [line for line in failed.stdout.splitlines() if line.startswith("::error file=")]
    assert any("train.jsonl,line=1" in mark for mark in marks)
    assert run(repository, step("Summary")["run"]).returncode == 0
    assert "every response says something" in (repository / "summary.md").read_text()
    assert run(repository, step("Report")["run"]).returncode == 0
    report = ElementTree.parse(repository / "winnow.xml").getroot()
    assert report.iter("failure") and [
        case.get("name") for case in report.iter("testcase") if case.find("failure") is not None
    ]
    assert any((repository / "winnow-rows").iterdir())


@pytest.mark.slow
def test_the_hook_stops_a_commit(repository: Path) -> None:
    """As pre-commit calls it: the words of `entry`, where a file of `files` is in the commit."""
    (hook,) = HOOKS["repos"][0]["hooks"]
    assert hook["pass_filenames"] is False and hook["language"] == "system"
    touched = re.compile(hook["files"])
    assert touched.search("data/train.jsonl") and touched.search("data/winnow.toml")
    assert not touched.search("data/test.jsonl") and not touched.search("olddata/train.jsonl")

    (script,) = [text for kind, text in BLOCKS if kind == "sh"]
    assert shlex.split(script.splitlines()[1])[1:] == shlex.split(hook["entry"])
    git = "git -c user.name=Ann -c user.email=ann@example.org"
    assert (
        run(
            repository, f"git init -q . && printf .winnow > .gitignore && git add . && {git} commit -qm Data"
        ).returncode
        == 0
    )
    place = repository / ".git" / "hooks" / "pre-commit"
    place.write_text(script)
    place.chmod(0o755)
    commit = f"git add data && {git} commit -qm Change"

    write(repository / "data" / "train.jsonl", faults=12)
    stopped = run(repository, commit)
    assert stopped.returncode == 1
    assert "every response says something" in stopped.stdout + stopped.stderr
    write(repository / "data" / "train.jsonl", faults=0)
    with (repository / "data" / "train.jsonl").open("a") as file:
        file.write('{"prompt": "What do bees eat?", "response": "They live on nectar and pollen."}\n')
    passed = run(repository, commit)
    assert passed.returncode == 0, passed.stdout + passed.stderr
