"""An opening is known by its bytes and by how they were read; what earlier versions opened is found again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.formats import ReadOptions
from analysis.workspace import Workspace, dataset_id

TABLE = "prompt,response\na,b\nc,d\n"
LINES = '{"text":"a"}\n{"text":"b"}\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.mark.parametrize(
    ("content", "first", "second"),
    [
        (TABLE, "a.csv", "a.txt"),
        (LINES, "a.jsonl", "a.csv"),
        ("a\tb,c\nd\te,f\n", "a.tsv", "a.csv"),
        (TABLE, "a.txt", "a.csv"),
    ],
)
def test_the_same_bytes_under_another_ending_are_another_opening(
    content: str, first: str, second: str, workspace: Workspace, tmp_path: Path
) -> None:
    paths = [tmp_path / first, tmp_path / second]
    for path in paths:
        path.write_text(content)
    one, two = (workspace.open([path]) for path in paths)
    assert one.id != two.id and one.fingerprint == two.fingerprint
    assert one.id == one.fingerprint[:16]
    assert list(one.meta["columns"]) != list(two.meta["columns"]) or one.height != two.height
    for path, dataset in zip(paths, (one, two), strict=True):
        assert workspace.open([path]).id == dataset.id == workspace.dataset(str(path)).id
    assert len(workspace.datasets()) == 2


def test_another_name_that_changes_nothing_is_the_same_opening(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.ndjson", "c.json", "d"):
        (tmp_path / name).write_text(LINES)
    assert len({workspace.open([tmp_path / name]).id for name in ("a.jsonl", "b.ndjson", "c.json", "d")}) == 1


def test_each_reading_option_makes_an_opening_of_its_own(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("text,n\ncafé,1\n".encode("latin-1"))
    readings = [
        ReadOptions(),
        ReadOptions(encoding="latin-1"),
        ReadOptions(encoding="cp1250"),
        ReadOptions(types={"n": "text"}),
        ReadOptions(types={"n": "number"}),
        ReadOptions(layout="columns"),
        ReadOptions(header=False),
        ReadOptions(roles={"label": "n"}),
    ]
    ids = [workspace.open([tmp_path / "a.csv"], reading).id for reading in readings]
    assert len(set(ids)) == len(readings)
    assert [workspace.open([tmp_path / "a.csv"], reading).id for reading in readings] == ids


def test_ids_of_readings_that_earlier_versions_knew_stay() -> None:
    print_ = "e853153d4cf3895c1de0a707e08bb2583c94cb10672e6e6ad8b8527358e83edf"
    assert dataset_id(print_, ReadOptions()) == "e853153d4cf3895c"
    assert dataset_id(print_, ReadOptions(separator=";")) == "e853153d4cf3-727623"
    assert dataset_id(print_, ReadOptions(roles={"response": "answer"}, header=False)) == "e853153d4cf3-75854b"


def test_a_dataset_without_the_newer_facts_is_found_again(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("text,n\nü,1\n".encode("utf-16"))
    dataset = workspace.open([tmp_path / "a.csv"])
    path = dataset.folder / "dataset.json"
    meta = json.loads(path.read_text())
    for source in meta["sources"].values():
        del source["encoding"], source["encoding_by"]
    for key in ("types", "splits", "config", "encoding", "layout"):
        del meta["reading"][key]
    path.write_text(json.dumps(meta))
    assert workspace.open([tmp_path / "a.csv"]).id == dataset.id == workspace.dataset(str(tmp_path / "a.csv")).id
