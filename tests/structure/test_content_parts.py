"""Are the kinds of the parts of contents named, also where the parts are odd?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.findings import findings
from analysis.structure.content_parts import MEDIA
from analysis.workspace import Workspace

TEXT, PICTURE = {"type": "text", "text": "Who is this?"}, {"type": "image_url", "image_url": {"url": "a.png"}}


def chat(content: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": "It is Ada."}]}


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Dataset:
    contents = ["Who?", [TEXT], [PICTURE, TEXT], [TEXT, TEXT], ["Who?"], [{"text": "Who?"}], [{"type": 5}, TEXT], None]
    path = tmp_path / "chats.jsonl"
    path.write_text("".join(json.dumps(chat(content)) + "\n" for content in contents))
    dataset = Workspace().open([path])
    compute(dataset, dataset.signal("structure"))
    return dataset


def test_the_kinds_of_parts(opened: Dataset) -> None:
    kinds = opened.column("part_kinds").to_list()
    assert kinds[:4] == [[], ["text"], ["image_url", "text"], ["text"]]
    assert kinds[-1] == []
    assert all(kind in ([], ["text"]) for kind in kinds[4:-1]), "a part without a kind, or with one that is no text"


def test_media_are_a_finding(opened: Dataset) -> None:
    media = next(finding for finding in findings(opened) if finding.name == "media")
    assert list(opened.rows_of(media.view)) == [2]
    assert (media.sentence, media.looked_at) == ("1 chat holds images, sound or other files.", 8)
    assert "text" not in MEDIA


def test_rows_without_messages_have_none(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"prompt": "Who?", "response": "Ada."}\n')
    dataset = Workspace().open([path])
    compute(dataset, dataset.signal("structure"))
    assert dataset.column("part_kinds").to_list() == [None]
