"""Data that a person brings: where the files of a folder are kept."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

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
