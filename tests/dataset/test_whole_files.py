"""Is a file written whole or not at all, whoever reads it and wherever the writing ends?"""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from analysis.commands.table import write_table
from analysis.contract.baseline import write_baseline
from analysis.contract.keeping import FILE_NAME, keep_result, write_for_owner
from analysis.dataset import Dataset
from analysis.errors import WinnowError
from analysis.export.choices import ExportChoice, keep_choice
from analysis.home import home_folder
from analysis.keys import KEY_BYTES, key_path, workspace_key
from analysis.whole_files import replace_folder, whole_file, write_text_whole
from analysis.workspace import Workspace
from tests.support.browser import ROOT

SAMPLE = ROOT / "sample_data" / "preferences.jsonl"


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_takes_the_place_of_the_one_before(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "état.json"
    for text in ("one", "two — 猫"):
        write_text_whole(path, text, durable=durable)
        assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_file_before_and_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"before")
    with pytest.raises(OSError, match="No space"), whole_file(path) as temporary:
        temporary.write_bytes(b"aft")
        raise OSError(28, "No space left on device")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_meets_whole_files_only(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    texts = {letter * 50_000 for letter in "abc"}
    write_text_whole(path, "a" * 50_000, durable=False)

    def write(text: str) -> None:
        for _ in range(50):
            write_text_whole(path, text, durable=False)

    writers = [threading.Thread(target=write, args=(text,)) for text in texts]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert path.read_text(encoding="utf-8") in texts
    assert list(tmp_path.iterdir()) == [path]


def test_the_key_is_for_its_owner_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    assert len(workspace_key()) == KEY_BYTES
    assert key_path().stat().st_mode & 0o777 == 0o600


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "winnow.toml"
    path.write_text("old")
    path.chmod(0o640)
    write_text_whole(path, "new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o640)


def test_a_replaced_folder_is_there_at_every_moment(tmp_path: Path) -> None:
    """A reader in another thread opens the folder as fast as it can while it is replaced 200 times."""
    out, missing, is_over = tmp_path / "out", [], threading.Event()
    out.mkdir()
    (out / "n").write_text("first")

    def read() -> None:
        while not is_over.is_set():
            try:
                os.stat(out / "n")
            except FileNotFoundError:
                missing.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(200):
        new = tmp_path / "new"
        new.mkdir()
        (new / "n").write_text(str(number))
        replace_folder(out, new)
    is_over.set()
    reader.join()
    assert (out / "n").read_text() == "199"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert missing == [] or sys.platform not in ("linux", "darwin")


def test_where_folders_cannot_change_places_the_old_one_comes_back_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.whole_files._exchange", lambda one, other: False)
    out, new = tmp_path / "out", tmp_path / "new"
    for folder in (out, new):
        folder.mkdir()
        (folder / "n").write_text(folder.name)
    replace_folder(out, new)
    assert (out / "n").read_text() == "new"
    with pytest.raises(FileNotFoundError):
        replace_folder(out, tmp_path / "missing")
    assert (out / "n").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


KEPT: dict[str, tuple[str, Callable[[Dataset, Path, int], object]]] = {
    "the description of a dataset": (
        "dataset.json",
        lambda dataset, _, time: Workspace().describe(dataset, parameters={"near_pairs": {"words": time}}),
    ),
    "the last result of a contract": (
        FILE_NAME,
        lambda dataset, _, time: keep_result(dataset, {"rules": [], "time": time}),
    ),
    "the choices of an export": (
        "{home}/export_choices/{fingerprint}.json",
        lambda dataset, _, time: keep_choice(home_folder(), dataset.fingerprint, ExportChoice(str(time), (), ())),
    ),
    "a baseline": ("{out}/a.json", lambda _, out, time: write_baseline({"time": time}, out / "a.json")),
    "a table": ("{out}/a.csv", lambda _, out, time: write_table(pl.DataFrame({"time": [time]}), out / "a.csv")),
    "rows of a rule": ("{out}/a.jsonl", lambda _, out, time: write_for_owner(out / "a.jsonl", str(time))),
}


@pytest.mark.parametrize("kept", KEPT)
def test_what_is_kept_stays_as_it_was_where_the_last_step_of_writing_fails(
    kept: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = Workspace().open([SAMPLE])
    name, write = KEPT[kept]
    path = dataset.folder / name.format(home=home, fingerprint=dataset.fingerprint, out=tmp_path)
    write(dataset, tmp_path, 1)
    before = path.read_bytes()
    beside = sorted(path.parent.iterdir())

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises((OSError, WinnowError)):
            write(dataset, tmp_path, 2)
    assert path.read_bytes() == before
    assert sorted(one for one in path.parent.iterdir() if one.suffix != ".lock") == [
        one for one in beside if one.suffix != ".lock"
    ]
    write(dataset, tmp_path, 2)
    assert path.read_bytes() != before
