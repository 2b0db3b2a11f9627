"""Are notes on rows kept per person, undone, filtered, searched, masked, and found in an earlier workspace?

`WINNOW_TEST_DATABASE_URL` runs the tests of the store on another database than a fresh SQLite file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.annotations import Annotations, in_place, open_annotations
from analysis.annotations.last_changes import LastChange, redo_last, undo_last
from analysis.annotations.row_notes import LONGEST_NOTE
from analysis.dataset import Dataset
from analysis.errors import UnfitTextError
from analysis.reading.payload import Hit, Note, payload
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.commands import runner


def standing(notes: Annotations, data: str) -> list[tuple[Any, ...]]:
    return notes.row_notes.standing(data).select("row_id", "text", "person").rows()


def test_each_person_has_one_note_on_a_row(notes: Annotations, data: str) -> None:
    assert standing(notes, data) == [] and notes.row_notes.revision(data) == 0
    first = notes.row_notes.write(data, {"a": " too short ", "b": "odd"}, "Ann")
    assert (first.rows, notes.row_notes.revision(data)) == (2, first.id)
    notes.row_notes.write(data, {"a": "fine to me"}, "Bo")
    notes.row_notes.write(data, {"a": "still too short"}, "Ann")
    assert standing(notes, data) == [
        ("a", "fine to me", "Bo"),
        ("a", "still too short", "Ann"),
        ("b", "odd", "Ann"),
    ]
    assert notes.row_notes.write(data, {"a": "still too short", "c": "  "}, "Ann").id is None, "nothing changes"
    notes.row_notes.write(data, {"a": "\n"}, "Ann")
    assert standing(notes, data) == [("a", "fine to me", "Bo"), ("b", "odd", "Ann")]
    assert notes.row_notes.standing(data)["at"].null_count() == 0


def test_undo_and_redo_of_notes_are_those_of_all_changes(notes: Annotations, data: str) -> None:
    notes.row_notes.write(data, {"a": "one"}, "Ann")
    notes.row_notes.write(data, {"a": "two"}, "Ann")
    notes.tags.tag_rows(data, ["a"], "drop", "Ann")
    notes.row_notes.write(data, {"a": ""}, "Ann")
    assert undo_last(notes, data, "Ann") == LastChange("notes", 1)
    assert standing(notes, data) == [("a", "two", "Ann")]
    assert [undo_last(notes, data, "Ann") for _ in range(2)] == [LastChange("tags", 1), LastChange("notes", 1)]
    assert standing(notes, data) == [("a", "one", "Ann")]
    assert redo_last(notes, data, "Ann") == LastChange("notes", 1)
    assert standing(notes, data) == [("a", "two", "Ann")]
    assert undo_last(notes, data, "Bo") is None


def test_a_note_is_no_proposed_text_and_no_tag(notes: Annotations, data: str) -> None:
    notes.row_notes.write(data, {"a": "odd"}, "Ann")
    assert notes.proposals.standing(data).is_empty() and notes.tags.counts(data) == {}


@pytest.mark.parametrize("text", ["x" * (LONGEST_NOTE + 1), "a\0b", "half \ud83d"])
def test_a_note_that_cannot_be_kept_is_refused(notes: Annotations, data: str, text: str) -> None:
    with pytest.raises(UnfitTextError, match="note"):
        notes.row_notes.write(data, {"a": text}, "Ann")
    assert standing(notes, data) == []


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Four rows, of which the second has two notes, and the last one."""
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    path = tmp_path / "told.jsonl"
    path.write_text("".join(f'{{"prompt": "Question {n}?", "response": "Answer."}}\n' for n in range(4)))
    dataset = Workspace(tmp_path / "home").open([path])
    ids = dataset.column("row_id")
    with open_annotations(tmp_path / "home") as notes:
        notes.row_notes.write(dataset.fingerprint, {ids[1]: "Too short", ids[3]: "odd (why?)"}, "Ann")
        notes.row_notes.write(dataset.fingerprint, {ids[1]: "fine"}, "Bo")
        in_place.take_tags(dataset, notes)
    return dataset


def test_notes_are_a_column_that_filters_and_that_search_reads(noted: Dataset) -> None:
    assert noted.column("row_note").to_list() == [None, "Too short\nfine", None, "odd (why?)"]
    assert "row_note" in noted.shown_columns and noted.is_long("row_note")
    for column, op, value, rows in (
        ("row_note", "notblank", "", [1, 3]),
        ("row_note", "blank", "", [0, 2]),
        ("row_note", "has", "SHORT", [1]),
        ("*", "has", "odd", [3]),
        ("*", "nothas", "odd", [0, 1, 2]),
        ("*", "has", "question", [0, 1, 2, 3]),
    ):
        assert noted.rows_of(View().where(column, op, value)).to_list() == rows, (column, op, value)
    before = noted.key_of("row_note")
    noted.set_notes(noted.row_notes.clear(), noted.note_revision + 1)
    assert noted.rows_of(View().where("*", "has", "odd")).to_list() == [] and noted.key_of("row_note") != before
    assert noted.column("row_note").to_list() == [None] * 4


def test_the_command_line_filters_by_notes(noted: Dataset, capfd: pytest.CaptureFixture[str]) -> None:
    run = runner(capfd)
    answer = run("table", noted.id, "--columns", "prompt,row_note", "--where", "row_note~has~short")
    assert answer.rows == [{"prompt": "Question 1?", "row_note": "Too short\nfine"}]


def test_a_column_of_the_file_with_that_name_keeps_its_texts(tmp_path: Path) -> None:
    path = tmp_path / "named.jsonl"
    path.write_text('{"prompt": "A?", "response": "B.", "row_note": "of the file"}\n')
    dataset = Workspace(tmp_path / "home").open([path])
    assert dataset.column("row_note_original").to_list() == ["of the file"]
    assert dataset.column("row_note").to_list() == [None]


def test_what_is_masked_in_the_row_is_masked_in_its_notes() -> None:
    row: dict[str, Any] = {"row_id": "1", "prompt": "Ask jane.roe@brightwell-mills.co", "response": "Yes."}
    hit = Hit("prompt", 4, 32, masked=True)
    written = [Note("It is jane.roe@brightwell-mills.co again", "Ann", True), Note("short", "Bo")]
    shown = payload(row, fields=[], hits=[hit], written=written)["written"]
    assert shown == [
        {"text": f"It is {'•' * 28} again", "person": "Ann", "own": True, "is_masked": True},
        {"text": "short", "person": "Bo", "own": False, "is_masked": False},
    ]
    assert payload(row, fields=[], written=written)["written"][0]["text"] == written[0].text
