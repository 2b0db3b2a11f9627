"""Is a rule that is written from a finding held by `winnow check`, and do rows that people accepted count there?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.findings import Finding, findings
from analysis.inbox.rules import add_rule, contract_path
from analysis.workspace import Workspace
from tests.support.commands import Run, Said, runner

OWN_RULE = """[contract]
name = "bot"  # keep this

[[rule]]
name = "HTML tags"
characteristic = "formatted"
where = ["response~has~<b>"]
max_rows = 5
"""


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Eight rows, of which three hold HTML tags."""
    return rows_with_tags(tmp_path, 3)


def rows_with_tags(folder: Path, tagged: int) -> Path:
    rows = [{"prompt": f"Ask {n}?", "response": f"Number {f'<b>{n}</b>' if n < tagged else n} here."} for n in range(8)]
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def opened(data: Path) -> tuple[Dataset, Finding]:
    dataset = Workspace().open([data])
    compute(dataset, dataset.signal("formatting"))
    return dataset, next(finding for finding in findings(dataset) if finding.name == "html_tags")


def statuses(said: Said) -> dict[str, tuple[Any, ...]]:
    """Rule -> status, rows, of, accepted."""
    assert "Traceback" not in said.err
    return {r["name"]: (r["status"], r["rows"], r["of"], r["accepted"]) for r in said.json["rules"]}


def test_no_row_may_show_the_finding(run: Run, data: Path) -> None:
    dataset, finding = opened(data)
    assert finding.severity == "warn"
    add_rule(contract_path(dataset), finding, at_present=False)
    said = run("check", data, "--format", "json")
    assert statuses(said) == {"HTML tags": ("warn", 3, 8, 0)} and said.code == 0
    path = contract_path(dataset)
    path.write_text(path.read_text().replace('severity = "warn"', 'severity = "error"'))
    said = run("check", data, "--format", "json")
    assert statuses(said) == {"HTML tags": ("fail", 3, 8, 0)} and said.code == 1
    rows_with_tags(data.parent, 0)
    said = run("check", data, "--format", "json")
    assert statuses(said) == {"HTML tags": ("pass", 0, 8, 0)} and said.code == 0


def test_the_present_share_is_the_limit(run: Run, data: Path) -> None:
    dataset, finding = opened(data)
    path = contract_path(dataset)
    add_rule(path, finding, at_present=True)
    path.write_text(path.read_text().replace('severity = "warn"', 'severity = "error"'))
    said = run("check", data, "--format", "json")
    assert statuses(said) == {"HTML tags": ("pass", 3, 8, 0)} and said.code == 0
    for tagged, status, code in ((2, "pass", 0), (4, "fail", 1)):
        rows_with_tags(data.parent, tagged)
        said = run("check", data, "--format", "json")
        assert statuses(said) == {"HTML tags": (status, tagged, 8, 0)} and said.code == code


def test_beside_a_rule_of_the_same_name(run: Run, data: Path) -> None:
    dataset, finding = opened(data)
    path = contract_path(dataset)
    path.write_text(OWN_RULE)
    add_rule(path, finding, at_present=False)
    add_rule(path, finding, at_present=True)
    assert path.read_text().startswith(OWN_RULE)
    said = run("check", data, "--format", "json")
    assert statuses(said) == {
        "HTML tags": ("pass", 3, 8, 0),
        "HTML tags 2": ("warn", 3, 8, 0),
        "HTML tags 3": ("pass", 3, 8, 0),
    }
    assert said.code == 0


def test_accepted_rows_make_the_rule_accepted(run: Run, data: Path) -> None:
    dataset, finding = opened(data)
    path = contract_path(dataset)
    add_rule(path, finding, at_present=False)
    path.write_text(path.read_text().replace('severity = "warn"', 'severity = "error"'))
    ids = dataset.column("row_id").to_list()
    with open_annotations(Workspace().home) as notes:
        notes.judgements.judge(dataset.fingerprint, finding.name, ids[:2], "accepted", "Ann", why="on purpose")
        notes.judgements.judge(dataset.fingerprint, "empty_response", ids[:3], "accepted", "Ann")
    said = run("check", data, "--format", "json")
    assert statuses(said) == {"HTML tags": ("fail", 3, 8, 2)} and said.code == 1
    with open_annotations(Workspace().home) as notes:
        notes.judgements.judge(dataset.fingerprint, finding.name, ids[2:3], "accepted", "Bo")
    said = run("check", data, "--format", "json")
    assert statuses(said) == {"HTML tags": ("accepted", 3, 8, 3)} and said.code == 0
    assert said.json["verdict"] == "pass"
    with open_annotations(Workspace().home) as notes:
        notes.judgements.judge(dataset.fingerprint, finding.name, ids[2:3], "accepted", "Bo", is_on=False)
    assert statuses(run("check", data, "--format", "json")) == {"HTML tags": ("fail", 3, 8, 2)}


def test_an_accepted_row_that_changes_is_not_accepted_any_more(run: Run, data: Path) -> None:
    dataset, finding = opened(data)
    add_rule(contract_path(dataset), finding, at_present=False)
    ids = dataset.column("row_id").to_list()
    with open_annotations(Workspace().home) as notes:
        notes.judgements.judge(dataset.fingerprint, finding.name, ids[:3], "accepted", "Ann")
    data.write_text(data.read_text().replace("<b>0</b>", "<i>0</i>"))
    assert statuses(run("check", data, "--format", "json")) == {"HTML tags": ("warn", 3, 8, 2)}
