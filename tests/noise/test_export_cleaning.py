"""Do exported texts lose the noise one named, and nothing else, and does the receipt make them again?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.errors import ExportError
from analysis.export import ExportRequest, export
from analysis.export.replay import replay
from analysis.workspace import Workspace

ROWS: list[dict[str, object]] = [
    {"instruction": "Say <b>hi</b>", "input": "", "output": "<p>hi</p>", "note": "<i>kept</i>"},
    {"instruction": "Plain", "input": "", "output": "words", "note": None},
]
CHATS = [
    {"messages": [{"role": "user", "content": "<b>Hi</b>"}, {"role": "assistant", "content": "Hello"}]},
    {"messages": [{"role": "user", "content": "Bye"}, {"role": "assistant", "content": "<p>Bye</p>"}]},
]


def written(tmp_path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def test_texts_lose_the_named_kind_and_other_columns_stay(home: Path, tmp_path: Path) -> None:
    workspace = Workspace(home)
    file = written(tmp_path, ROWS)
    request = ExportRequest(to="alpaca", clean=("html_tags",))
    result = export(workspace.open([file]), request, tmp_path / "out")
    made = lines(tmp_path / "out", "rows-alpaca.jsonl")
    assert [(m["instruction"], m["output"], m.get("note")) for m in made] == [
        ("Say hi", "hi", "<i>kept</i>"),
        ("Plain", "words", None),
    ]
    assert result.receipt.as_dict()["clean"] == ["html_tags"]
    assert "1 row was cleaned of html_tags; tokens are counted before cleaning." in result.receipt.as_dict()["notes"]
    again = replay(tmp_path / "out" / "receipt.json", file, tmp_path / "again", workspace)
    assert again.receipt.as_dict()["files"] == result.receipt.as_dict()["files"]


def test_chats_are_cleaned_message_by_message(home: Path, tmp_path: Path) -> None:
    dataset = Workspace(home).open([written(tmp_path, CHATS)])
    export(dataset, ExportRequest(to="messages", clean=("html_tags",)), tmp_path / "out")
    made = lines(tmp_path / "out", "rows-messages.jsonl")
    assert [[m["content"] for m in one["messages"]] for one in made] == [["Hi", "Hello"], ["Bye", "Bye"]]


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_the_source_s_own_text_columns_are_cleaned_too(home: Path, tmp_path: Path, to: str) -> None:
    dataset = Workspace(home).open([written(tmp_path, ROWS)])
    export(dataset, ExportRequest(to=to, clean=("html_tags",)), tmp_path / "out")
    again = Workspace(home).open([tmp_path / "out" / f"rows.{to}"])
    assert again.column("output").to_list() == ["hi", "words"]
    assert again.column("note").to_list() == ["<i>kept</i>", None]


def test_what_cannot_be_cleaned_is_refused() -> None:
    with pytest.raises(ExportError, match="choose another format to clean texts"):
        ExportRequest(to="input", clean=("html_tags",))
    with pytest.raises(ExportError, match="no kind of noise 'truncated' to clean; known: "):
        ExportRequest(to="messages", clean=("truncated",))
