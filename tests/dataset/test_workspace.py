"""Is a dataset opened once, found again, re-read and forgotten, whatever else happens at the same time?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import analysis.workspace
from analysis.annotations import open_annotations
from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import DatasetError, FormatError
from analysis.formats import ReadOptions
from analysis.given_files import below_data_folders, data_folders
from analysis.home import home_folder
from analysis.view import View
from analysis.workspace import Workspace, opening_key

ROOT = Path(__file__).resolve().parents[2]
RECORDS = [
    {"question": f"What is {i}?", "answer": f"It is {i}.", "note": f"Note {i}", "from": "ab"[i % 2], "rater": "x"}
    for i in range(20)
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    return path


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return Workspace()


def folders(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.folder.iterdir() if path.is_dir())


def no_import(*arguments: Any, **options: Any) -> dict[str, Any]:
    raise AssertionError("this was read before")


# Opening


def test_the_workspace_is_where_the_environment_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home_folder() == home and Workspace().folder == home / "datasets"
    monkeypatch.setenv("WINNOW_HOME", "~/elsewhere")
    assert home_folder() == Path.home() / "elsewhere"
    monkeypatch.delenv("WINNOW_HOME")
    assert home_folder() == Path.home() / ".winnow"


def test_a_workspace_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(DatasetError) as error:
        Workspace(tmp_path / "taken")
    assert str(error.value).startswith(f"The workspace {tmp_path / 'taken'} cannot be made (")
    assert str(error.value).endswith("); set WINNOW_HOME to another folder.")


def test_id_and_fingerprint_are_those_of_the_bytes(workspace: Workspace, file: Path, tmp_path: Path) -> None:
    import hashlib

    found = workspace.open([file])
    assert found.fingerprint == hashlib.sha256(file.read_bytes()).hexdigest()
    assert found.id == found.fingerprint[:16] == found.folder.name
    other = tmp_path / "other name.jsonl"
    other.write_bytes(file.read_bytes())
    assert workspace.open([other]).id == found.id
    assert Workspace(tmp_path / "second").open([file]).id == found.id
    other.write_bytes(file.read_bytes() + b"\n")
    assert workspace.open([other]).id != found.id


def test_what_is_written_down_of_the_files(workspace: Workspace, file: Path) -> None:
    before = file.read_bytes(), file.stat().st_mtime_ns
    meta = workspace.open([file]).meta
    assert meta["files"] == [
        {"path": str(file), "name": "questions.jsonl", "bytes": len(before[0]), "sha256": meta["fingerprint"]}
    ]
    assert (meta["name"], meta["rows"], meta["opened_at"][-6:]) == ("questions.jsonl", 20, "+00:00")
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_opening_again_reads_nothing(workspace: Workspace, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = workspace.open([file])
    monkeypatch.setattr(analysis.workspace, "import_files", no_import)
    assert workspace.open([file]).meta == first.meta
    assert workspace.dataset(str(file)).meta == first.meta
    with pytest.raises(AssertionError, match="this was read before"):
        workspace.open([file], ReadOptions(roles={"response": "note"}))


def test_another_reading_is_another_dataset(workspace: Workspace, file: Path) -> None:
    found, other = workspace.open([file]), workspace.open([file], ReadOptions(roles={"response": "note"}))
    assert found.id != other.id and found.fingerprint == other.fingerprint
    assert other.column("response").to_list() == [r["note"] for r in RECORDS]
    assert workspace.open([file], ReadOptions(roles={"response": "note"})).id == other.id


def test_several_files_are_one_dataset(workspace: Workspace, file: Path, tmp_path: Path) -> None:
    second = tmp_path / "more.jsonl"
    second.write_text(json.dumps({"question": "Last?", "answer": "Yes."}) + "\n")
    found = workspace.open([file, second])
    assert (found.height, found.name) == (21, "questions.jsonl and 1 more")
    assert workspace.open([second, file]).id != found.id
    assert [f["name"] for f in found.meta["files"]] == ["questions.jsonl", "more.jsonl"]


def test_progress_is_reported_in_bytes(workspace: Workspace, file: Path) -> None:
    said: list[tuple[str, int, int]] = []
    workspace.open([file], report=lambda stage, done, total: said.append((stage, done, total)))
    size = file.stat().st_size
    assert said[-1] == ("reading", size, size)
    assert all(0 <= done <= total == size for _, done, total in said)


# Finding


def test_a_dataset_is_found_by_file_and_by_id(workspace: Workspace, file: Path) -> None:
    found = workspace.dataset(str(file))
    assert workspace.dataset(found.id).meta == found.meta
    assert workspace.datasets() == [found.meta]


def test_the_latest_reading_of_a_file_is_found(workspace: Workspace, file: Path) -> None:
    first = workspace.open([file])
    path = first.folder / "dataset.json"
    path.write_text(json.dumps({**first.meta, "opened_at": "2024-01-01T00:00:00+00:00"}))
    other = workspace.open([file], ReadOptions(roles={"response": "note"}))
    assert workspace.dataset(str(file)).id == other.id
    assert [meta["id"] for meta in workspace.datasets()] == [other.id, first.id]


def test_what_cannot_be_found_says_what_is_there(workspace: Workspace, file: Path, tmp_path: Path) -> None:
    for name in ("nothing.jsonl", "", "a/b", "x\x00y", "x" * 5000):
        with pytest.raises(DatasetError):
            workspace.dataset(name)
    with pytest.raises(DatasetError) as error:
        workspace.dataset("nothing.jsonl")
    assert str(error.value) == "'nothing.jsonl' is neither a file nor the id of an opened dataset; opened: none yet."
    found = workspace.open([file])
    for name in (found.id[:6], f"../datasets/{found.id}", found.id.upper() + "0"):
        with pytest.raises(DatasetError):
            workspace.dataset(name)
    with pytest.raises(DatasetError) as error:
        workspace.dataset(found.id[:6])
    assert str(error.value) == (
        f"'{found.id[:6]}' is neither a file nor the id of an opened dataset; opened: {found.id} (questions.jsonl)."
    )


@pytest.mark.parametrize("by", ["open", "dataset"])
def test_a_folder_without_data_is_refused(workspace: Workspace, tmp_path: Path, by: str) -> None:
    with pytest.raises(FormatError, match=f"The folder {tmp_path / 'none'} holds no file of data"):
        (tmp_path / "none").mkdir()
        workspace.open([tmp_path / "none"]) if by == "open" else workspace.dataset(str(tmp_path / "none"))


def test_a_file_that_is_not_there_is_named(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as error:
        workspace.open([tmp_path / "gone.jsonl"])
    assert str(error.value) == f"There is no file {str(tmp_path / 'gone.jsonl')!r}; check its name and its folder."
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DatasetError, match=r"pipe cannot be read; check that it is a file and who may read it\.$"):
        workspace.open([tmp_path / "pipe"])


# Damage, and work that was cut short


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'"text"', b"\xff\xfe", b'{"id": "x"}'])
def test_a_damaged_dataset_says_so_and_hides_no_other(
    workspace: Workspace, file: Path, tmp_path: Path, content: bytes
) -> None:
    found = workspace.open([file])
    (tmp_path / "b.jsonl").write_text('{"question": "a", "answer": "b"}\n')
    other = workspace.open([tmp_path / "b.jsonl"])
    (found.folder / "dataset.json").write_bytes(content)
    with pytest.raises(DatasetError) as error:
        workspace.dataset(found.id)
    assert str(error.value).startswith(f"{found.folder / 'dataset.json'} is damaged (")
    assert str(error.value).endswith("); delete its folder and open the file again.")
    assert [meta["id"] for meta in workspace.datasets()] == [other.id]


def test_a_folder_without_a_dataset_is_not_one(workspace: Workspace) -> None:
    with pytest.raises(DatasetError, match=r"^No dataset 'abc' in this workspace; open its file first\.$"):
        Dataset(workspace.folder / "abc", CATALOGUE)


def test_a_killed_import_leaves_nothing_behind(workspace: Workspace, file: Path, tmp_path: Path) -> None:
    id = Workspace(tmp_path / "elsewhere").open([file]).id
    left = workspace.folder / f".{opening_key([file], ReadOptions())}-0123abcd"
    (left / "rows").mkdir(parents=True)
    (left / "rows" / "00000.parquet").write_bytes(b"PAR1 half of it")
    (left / "dataset.json").write_text("{}")
    assert workspace.datasets() == []
    with pytest.raises(DatasetError):
        workspace.dataset(id)
    found = workspace.open([file])
    assert found.column("answer").to_list() == [r["answer"] for r in RECORDS]
    assert folders(workspace) == [id]


def test_a_file_that_cannot_be_read_leaves_nothing_behind(workspace: Workspace, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    with pytest.raises(FormatError):
        workspace.open([empty])
    assert folders(workspace) == []


def test_two_processes_opening_one_file_make_one_dataset(workspace: Workspace, file: Path) -> None:
    command = [sys.executable, "-m", "analysis", "open", str(file), "--json"]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    answers = [json.loads(out) for out, _ in said]
    assert answers[0] == answers[1]
    assert folders(workspace) == [answers[0]["id"]]
    assert workspace.dataset(answers[0]["id"]).height == 20


# Other roles


def test_roles_of_description_change_in_place(workspace: Workspace, file: Path) -> None:
    found = workspace.open([file])
    assert "source" not in found.roles
    changed = workspace.reread(found, {"source": "from", "annotator": "rater"})
    assert changed.id == found.id
    assert (changed.role("source"), changed.role("annotator")) == ("from", "rater")
    assert workspace.open([file]).roles == changed.roles, "the choice lasts"
    assert workspace.reread(changed, {"source": None}).roles == {**found.roles, "annotator": "rater"}
    assert folders(workspace) == [found.id]


def test_roles_of_text_give_a_second_dataset_of_the_same_rows(workspace: Workspace, file: Path) -> None:
    found = workspace.describe(workspace.open([file]), parameters={"exact_duplicates": {"over": "prompt"}})
    compute(found, found.signal("lengths"))
    changed = workspace.reread(found, {"response": "note"})
    assert changed.id != found.id and changed.fingerprint == found.fingerprint
    assert changed.column("response").to_list() == [r["note"] for r in RECORDS]
    assert found.column("response").to_list() == [r["answer"] for r in RECORDS], "the first stays as it was"
    assert changed.column("row_id").to_list() == found.column("row_id").to_list()
    assert not changed.has(changed.signal("lengths")), "other texts have other lengths"
    assert changed.signal("exact_duplicates") == found.signal("exact_duplicates"), "chosen parameters stay chosen"
    assert workspace.reread(found, {"response": "note"}).id == changed.id
    file.unlink()
    taken = workspace.reread(changed, {"response": None})
    assert taken.column("response").null_count() == 20
    assert len(folders(workspace)) == 3


def test_tags_belong_to_the_source(workspace: Workspace, file: Path) -> None:
    found = workspace.open([file])
    notes = open_annotations(workspace.home)
    notes.tags.tag_rows(found.fingerprint, found.column("row_id").gather([2, 3]).to_list(), "drop", "Ann")
    changed = workspace.reread(found, {"response": "note"})
    for one in (found, changed):
        one.set_tags(notes.tags.standing(one.fingerprint), notes.tags.revision(one.fingerprint))
        assert one.rows_of(View().where("tags", "has", "drop")).to_list() == [2, 3]


def test_a_chat_read_with_other_roles(workspace: Workspace, tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    path = tmp_path / "chats.jsonl"
    path.write_text(
        "".join(json.dumps({"messages": turns, "persona": f"Be {i}.", "tags": "en"}) + "\n" for i in range(3))
    )
    found = workspace.open([path])
    assert found.meta["renamed"] == {"messages_original": "messages", "tags_original": "tags"}
    changed = workspace.reread(found, {"system": "persona", "language": "tags_original"})
    assert changed.column("system").to_list() == ["Be 0.", "Be 1.", "Be 2."]
    assert changed.column("prompt").to_list() == ["Hi"] * 3
    assert changed.role("language") == "tags_original"


def test_roles_that_cannot_be_are_refused(workspace: Workspace, file: Path) -> None:
    found = workspace.open([file])
    with pytest.raises(DatasetError) as error:
        workspace.reread(found, {"response": "reply", "source": "site"})
    assert str(error.value) == "questions.jsonl has no column reply, site; it has: question, answer, note, from, rater."
    with pytest.raises(DatasetError, match=r"^There is no role author; the roles are prompt, input, response, "):
        workspace.reread(found, {"author": "rater"})
    assert workspace.open([file]).roles == found.roles
    assert folders(workspace) == [found.id]


# Forgetting


def test_forgetting_leaves_the_file_and_the_tags(workspace: Workspace, file: Path) -> None:
    found = workspace.open([file])
    ids = found.column("row_id").to_list()
    notes = open_annotations(workspace.home)
    notes.tags.tag_rows(found.fingerprint, ids[:1], "keep", "Ann")
    workspace.forget(found)
    assert workspace.datasets() == [] and folders(workspace) == []
    assert file.exists() and notes.tags.counts(found.fingerprint) == {"keep": 1}
    again = workspace.open([file])
    assert again.column("row_id").to_list() == ids


# Which files may be opened from the screen


def test_only_files_below_the_data_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "inside too"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "a.jsonl").write_text("{}")
    monkeypatch.setenv("WINNOW_DATA_DIRS", str(inside))
    assert below_data_folders(inside / "a.jsonl") == inside / "a.jsonl"
    assert below_data_folders(f"{inside}/../inside/a.jsonl") == inside / "a.jsonl"
    (inside / "link.jsonl").symlink_to(outside / "a.jsonl")
    (inside / "folder").symlink_to(outside)
    (inside / "near.jsonl").symlink_to(inside / "a.jsonl")
    assert below_data_folders(inside / "near.jsonl") == inside / "a.jsonl"
    escapes: list[str | Path] = [
        outside / "a.jsonl",
        inside / "link.jsonl",
        inside / "folder" / "a.jsonl",
        f"{inside}/../inside too/a.jsonl",
        "/etc/passwd",
        tmp_path,
    ]
    for path in escapes:
        with pytest.raises(DatasetError) as error:
            below_data_folders(path)
        assert str(error.value) == (
            f"{path} is outside the folders opened for data ({inside}); WINNOW_DATA_DIRS adds others."
        )


def test_what_is_not_there_is_no_way_to_learn_of_files_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_DATA_DIRS", str(tmp_path))
    for path in ("/etc/passwd", "/etc/no such file"):
        with pytest.raises(DatasetError, match="is outside the folders opened for data"):
            below_data_folders(path)
    with pytest.raises(DatasetError, match=r"gone\.jsonl does not exist; pick another file\.$"):
        below_data_folders(tmp_path / "gone.jsonl")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for path in (str(tmp_path / "round"), f"{tmp_path}/a\x00b", f"{tmp_path}/{'x' * 5000}"):
        with pytest.raises(DatasetError, match=r"(cannot be reached|does not exist).*pick another file\.$"):
            below_data_folders(path)


def test_several_data_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_DATA_DIRS", os.pathsep.join([str(tmp_path / "a"), "", str(tmp_path / "b")]))
    assert data_folders() == [tmp_path / "a", tmp_path / "b"]
    monkeypatch.delenv("WINNOW_DATA_DIRS")
    assert data_folders() == [Path.cwd()]


# The network


@pytest.mark.parametrize("by", ["open", "dataset"])
def test_an_address_is_refused_offline(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    monkeypatch.delenv("WINNOW_ONLINE", raising=False)
    address = "hf://datasets/openai/gsm8k/main/train.parquet"
    with pytest.raises(DatasetError) as error:
        workspace.open([address]) if by == "open" else workspace.dataset(address)
    assert (
        str(error.value) == f"{address} is on the network, which Winnow does not use; set WINNOW_ONLINE=1 to allow it."
    )


@pytest.mark.parametrize("address", ["hf://gsm8k/train.parquet", "hf://datasets/openai/gsm8k", "hf://"])
def test_an_address_that_cannot_be_read_says_what_is_expected(workspace: Workspace, address: str) -> None:
    with pytest.raises(DatasetError) as error:
        workspace.open([address])
    assert str(error.value) == f"Cannot read the address {address!r}; expected hf://datasets/OWNER/NAME/FILE."
