"""Is a file written whole or not at all, whoever reads it and wherever the writing ends?"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from analysis.keys import KEY_BYTES, key_path, workspace_key
from analysis.whole_files import whole_file, write_text_whole


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
