"""A choice and a click right after it, in one run: does the act take the choice, or the page as it was drawn before?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.formats import ReadOptions
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well
from ui.session import files, session

ROWS = [
    {"ask": "Who may call?", "said": "Anna at anna@example.com", "team": "x", "score": 1},
    {"ask": "Who may call?", "said": "Anna at anna@example.com", "team": "y", "score": 4},
    {"ask": "And who writes?", "said": "Nobody.", "team": "x", "score": 3},
]


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WINNOW_DATA_DIRS", str(tmp_path))
    files.listed.clear()  # those of another test
    roles = {"prompt": "ask", "response": "said", "score": "score"}
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return Workspace(tmp_path / "home").open([tmp_path / "rows.jsonl"], ReadOptions(roles=roles))


def test_an_export_takes_the_redaction_chosen_right_before(dataset: Dataset, started: list[tuple[str, ...]]) -> None:
    compute(dataset, dataset.signal("personal_data"))
    at = open_page("export", dataset)
    at.multiselect(key="redact").set_value(["E-mail address (0)"])
    at.button(key="go_export").click().run()
    assert [part for part in started[0] if part.startswith("--redact")] == ["--redact=EMAIL_ADDRESS=replace"]


def test_an_export_whose_rows_are_gone_by_then_is_not_started(dataset: Dataset, started: list[tuple[str, ...]]) -> None:
    with open_annotations(Workspace().home) as notes:
        notes.tags.apply(dataset.fingerprint, {dataset.column("row_id")[0]: {"keep": True}}, "ana")
    at = open_page("export", dataset)
    at.multiselect(key="only").set_value(["keep"])
    at.multiselect(key="without").set_value(["keep"])
    at.button(key="go_export").click()
    at.run()
    assert not started
    assert at.button(key="go_export").disabled
    assert not started


def test_roles_are_changed_as_chosen_right_before(dataset: Dataset) -> None:
    at = open_page("open", dataset)
    at.multiselect(key=f"now_{dataset.id}_add").set_value(["annotator", "source"])
    at = well(at.run())
    at.selectbox(key=f"now_{dataset.id}_annotator").set_value("score")
    at = well(at.run())
    at.selectbox(key=f"now_{dataset.id}_source").set_value("team")
    at.button(key="change_roles").click()
    at = well(at.run())
    changed = session.load(str(at.session_state["dataset"]))
    assert (changed.roles["annotator"], changed.roles["source"]) == ("score", "team")


def test_a_file_is_opened_with_the_roles_and_options_chosen_right_before(
    dataset: Dataset, tmp_path: Path, started: list[tuple[str, ...]]
) -> None:
    at = open_page("open", None)
    at.multiselect(key="picked").set_value(["rows.jsonl"])
    at = well(at.run())
    at.multiselect(key="new_add").set_value(["source"])
    at = well(at.run())
    at.selectbox(key="new_source").set_value("team")
    at.text_input(key="missing").set_value("NULL")
    at.button(key="go").click().run()
    assert {"source=team", "NULL"} <= set(started[0])


def test_duplicates_are_tagged_by_the_rule_chosen_right_before(dataset: Dataset) -> None:
    compute(dataset, dataset.signal("exact_duplicates"))
    at = open_page("duplicates", dataset, kind="exact")
    at.selectbox(key="keep").set_value("score")
    at.button(key="tag_duplicates").click()
    well(at.run())
    with open_annotations(Workspace().home) as notes:
        dropped = notes.tags.reasons(dataset.fingerprint)["row_id"].to_list()
    assert dropped == [dataset.column("row_id")[0]]  # the row of the lower score
