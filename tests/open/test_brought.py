"""Data that a person brings: where the files of a folder are kept."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.errors import DatasetError
from analysis.formats import files_of
from ui.open.brought import keep_folder


def test_a_folder_is_kept_with_its_splits_and_nothing_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    names = ("my data/train/a.jsonl", "my data/test/b.jsonl", "my data/../../../c.jsonl")
    folder = keep_folder([(name, io.BytesIO(b'{"text": "a"}\n')) for name in names])
    assert folder.name == "my_data" and folder.is_relative_to(tmp_path / "home" / "uploads")
    inside = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.jsonl"))
    assert inside == ["c.jsonl", "test/b.jsonl", "train/a.jsonl"]
    inside_of = files_of(folder)
    splits = {file.name: split for file, split in zip(inside_of.files, inside_of.splits, strict=True)}
    assert splits == {"a.jsonl": "train", "b.jsonl": "test", "c.jsonl": "train"}
    with pytest.raises(DatasetError, match="Several folders inside hold a file 'a.json'.*with the button"):
        keep_folder([("a.json", io.BytesIO(b"{}")), ("a.json", io.BytesIO(b"{}"))])
    assert [path for path in tmp_path.rglob("*.jsonl") if not path.is_relative_to(folder)] == []


def test_a_dropped_folder_is_told_from_files_and_the_page_says_what_to_do() -> None:
    at = AppTest.from_function(_after_a_drop)
    [warning] = at.run().warning
    assert warning.value == "Several of these files have the same name."
    assert [text.value.count("“Upload a whole folder”") for text in at.text] == [1]


def _after_a_drop() -> None:
    from ui.open import brought

    brought.say_if_a_folder_was_dropped(["a.jsonl", "b.jsonl"])
    brought.say_if_a_folder_was_dropped(["rows.jsonl", "rows.jsonl", "README.md"])
