"""Is a finding written as a rule that the rest of the file survives, and is its place marked where it is known?"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.computing import compute
from analysis.contract import contract_path as checked_path
from analysis.dataset import Dataset
from analysis.errors import UsageError
from analysis.findings import Finding, findings
from analysis.inbox.marks import marks_of
from analysis.inbox.rules import add_rule, contract_path, has_rule, remove_rule, rule_text
from analysis.workspace import Workspace

OWN_TEXT = """# our contract
[contract]
name = "bot"   # keep this

[[rule]]
name = "mine"
where = ["score~ge~1"]
max_rows = 0
"""


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    rows = [{"prompt": f"Ask {n}?", "response": f"Number <b>{n}</b> 😀 here."} for n in range(3)]
    rows += [{"prompt": f"Ask {n}?", "response": f"Number {n} here."} for n in range(3, 7)]
    chats: list[dict[str, Any]] = [{"messages": [{"role": "user", "content": "Hi <i>there</i>"}]}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*rows, *chats]))
    opened = Workspace().open([tmp_path / "rows.jsonl"])
    compute(opened, opened.signal("formatting"))
    return opened


def html_tags(dataset: Dataset) -> Finding:
    return next(finding for finding in findings(dataset) if finding.name == "html_tags")


def test_a_rule_has_the_limit_that_was_chosen(dataset: Dataset) -> None:
    finding = html_tags(dataset)
    [rule] = tomllib.loads(rule_text(finding, at_present=False, owner="ann"))["rule"]
    assert rule == {
        "name": "HTML tags",
        "characteristic": "formatted",
        "severity": "warn",
        "finding": "html_tags",
        "max_rows": 0,
        "owner": "ann",
    }
    [rule] = tomllib.loads(rule_text(finding, at_present=True))["rule"]
    assert rule["max_share"] == 0.5 and "owner" not in rule and finding.share <= rule["max_share"]


def test_the_rest_of_the_contract_stays(dataset: Dataset) -> None:
    path, finding = contract_path(dataset), html_tags(dataset)
    assert path.name == "winnow.toml" and not has_rule(path, finding)
    add_rule(path, finding, at_present=False)
    assert tomllib.loads(path.read_text())["rule"][0]["finding"] == "html_tags"
    remove_rule(path, finding)
    assert tomllib.loads(path.read_text()) == {}
    path.write_text(OWN_TEXT)
    add_rule(path, finding, at_present=True)
    assert path.read_text().startswith(OWN_TEXT) and has_rule(path, finding)
    assert [rule["name"] for rule in tomllib.loads(path.read_text())["rule"]] == ["mine", "HTML tags"]
    remove_rule(path, finding)
    assert path.read_text().strip() == OWN_TEXT.strip()
    with pytest.raises(UsageError, match="it was removed before"):
        remove_rule(path, finding)


@pytest.mark.parametrize("text", ["rule = 3\n", "[[rule]\n", "\x00", "[rule]\na = 1\n"])
def test_a_contract_that_cannot_be_read_is_not_changed(dataset: Dataset, text: str) -> None:
    path = contract_path(dataset)
    path.write_text(text)
    with pytest.raises(UsageError, match=r"winnow\.toml"):
        add_rule(path, html_tags(dataset), at_present=False)
    assert path.read_text() == text


def test_a_rule_goes_into_the_contract_that_a_check_takes(home: Path, tmp_path: Path) -> None:
    files = [tmp_path / "a" / "train.jsonl", tmp_path / "b" / "eval.jsonl"]
    for file in files:
        file.parent.mkdir()
        file.write_text(json.dumps({"prompt": f"Ask {file.name}?", "response": "Yes."}) + "\n")
    opened = Workspace().open(files)
    assert contract_path(opened) == tmp_path / "a" / "winnow.toml", "none is there yet"
    (tmp_path / "b" / "winnow.toml").write_text(OWN_TEXT)
    assert contract_path(opened) == checked_path(opened) == tmp_path / "b" / "winnow.toml"


def test_a_contract_that_begins_with_a_mark_of_its_encoding_gets_a_rule(dataset: Dataset) -> None:
    path = contract_path(dataset)
    path.write_bytes(b"\xef\xbb\xbf" + OWN_TEXT.encode())
    add_rule(path, html_tags(dataset), at_present=False)
    assert [rule["name"] for rule in tomllib.loads(path.read_text())["rule"]] == ["mine", "HTML tags"]


def test_the_place_is_marked_where_the_signal_knows_it(dataset: Dataset) -> None:
    finding = html_tags(dataset)
    rows = dataset.rows_of(finding.view)
    held = list(dataset.frame(list(dataset.canonical), rows).iter_rows(named=True))
    marks = marks_of(dataset, finding.check, rows, held)
    shown = [
        [(hit.field, _text(row, hit.field)[hit.start : hit.end]) for hit in hits]
        for row, hits in zip(held, marks, strict=True)
    ]
    assert shown[0] == [("response", "<b>"), ("response", "</b>")]
    assert shown[-1] == [("messages[0]", "<i>"), ("messages[0]", "</i>")]
    empty = next(check for check in dataset.catalogue.checks if check.name == "empty_response")
    assert marks_of(dataset, empty, rows, held) == [[] for _ in held]
    assert marks_of(dataset, finding.check, pl.Series([], dtype=pl.UInt32), []) == []


def _text(row: dict[str, Any], field: str) -> str:
    return str(row["messages"][0]["content"] if field.startswith("messages") else row[field])
