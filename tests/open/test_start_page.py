"""What stands on a page before a dataset is chosen: the last one, those before it, and a place for new data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.annotations import open_annotations
from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well
from ui.open import recent
from ui.session import login, session


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Dataset]:
    """Two datasets of one workspace, the last one first."""
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.argv", ["app.py"])
    datasets = []
    for number, name in enumerate(("first", "second")):
        rows = [{"prompt": f"{name} {row}", "response": "r"} for row in range(3 + number)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        dataset = Workspace().open([tmp_path / f"{name}.jsonl"])
        datasets.append(Workspace().describe(dataset, opened_at=f"2026-01-0{number + 1}T10:00:00+00:00"))
    return datasets[::-1]


def test_an_empty_workspace_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.argv", ["app.py"])
    at = open_page("overview", None)
    assert at.text[1].value.startswith("No dataset is open.")
    labels = [button.label for button in at.button]
    assert "Continue reading" not in labels and {"Instructions", "Chats", "Preferences", "Hostile"} <= set(labels)


def test_one_goes_on_with_the_dataset_opened_last(opened: list[Dataset], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = opened[0].column("row_id")
    with open_annotations(Workspace().home) as notes:
        notes.tags.apply(opened[0].fingerprint, {rows[0]: {"drop": True, "fix": True}, rows[1]: {"drop": True}}, "ana")
        notes.tags.apply(opened[0].fingerprint, {rows[1]: {"drop": False}}, "ana")
        assert notes.tags.tagged_rows(opened[0].fingerprint) == 1
        assert notes.tags.tagged_rows(opened[1].fingerprint) == 0
    at = open_page("overview", None)
    texts = [text.value for text in at.text]
    assert "Continue: second.jsonl · 4 rows · 1 tagged" in texts
    assert not any(text.startswith("No dataset is open") for text in texts)
    with open_annotations(Workspace().home) as notes:
        notes.reads.add(opened[1].fingerprint, [opened[1].column("row_id")[1]], login.system_user())
        notes.reads.add(opened[0].fingerprint, [rows[0], rows[2]], login.system_user())
    loaded: list[str] = []

    def load(id: str) -> Dataset:
        loaded.append(id)
        return opened[0]

    monkeypatch.setattr(session, "load", load)
    texts = [text.value for text in open_page("overview", None).text]
    assert "Continue: second.jsonl · 4 rows · 1 tagged · row 3" in texts
    assert loaded == [opened[0].id]  # the others are not read
    assert "3 rows · instruction · 2026-01-01" in texts


def test_a_dataset_opened_before_is_one_click_away(opened: list[Dataset]) -> None:
    at = open_page("overview", None)
    button = at.button(key=f"start_{opened[1].id}")
    assert button.label == "first\\.jsonl"
    assert f"start_{opened[0].id}" not in [one.key for one in at.button]  # it has a line of its own
    assert well(button.click().run()).session_state["dataset"] == opened[1].id
    for key in ("go_on_reading", "go_on_overview"):
        at = well(open_page("findings", None).button(key=key).click().run())
        assert at.session_state["dataset"] == opened[0].id


def test_two_of_one_name_have_their_ids_beside_it(opened: list[Dataset]) -> None:
    assert recent.names_of(session.workspace().datasets())[opened[0].id] == "second.jsonl"
    again = Workspace().reread(opened[0], {"prompt": "response", "response": "prompt"})
    names = recent.names_of(session.workspace().datasets())
    assert {names[opened[0].id], names[again.id]} == {f"second.jsonl ({id})" for id in (opened[0].id, again.id)}
    assert names[opened[1].id] == "first.jsonl"


def test_one_goes_on_with_the_dataset_read_last_though_another_was_opened_later(opened: list[Dataset]) -> None:
    later, earlier = opened
    with open_annotations(Workspace().home) as notes:
        assert notes.reads.latest(login.system_user()) is None
        notes.reads.add(later.fingerprint, [later.column("row_id")[0]], login.system_user())
        notes.reads.add(earlier.fingerprint, [earlier.column("row_id")[1]], login.system_user())
        notes.reads.add(later.fingerprint, [later.column("row_id")[0]], "ana")
        latest = notes.reads.latest(login.system_user())
        assert latest is not None and latest.dataset == earlier.fingerprint
    at = open_page("overview", None)
    assert "Continue: first.jsonl · 3 rows · row 2" in [text.value for text in at.text]
    keys = [button.key for button in at.button]
    assert f"start_{later.id}" in keys and f"start_{earlier.id}" not in keys
    Workspace().describe(later, opened_at="2999-01-01T10:00:00+00:00")
    at = open_page("overview", None)
    assert "Continue: second.jsonl · 4 rows · row 1" in [text.value for text in at.text]
