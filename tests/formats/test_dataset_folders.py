"""Folders of one dataset: saved by `datasets`, repositories with configurations, files named by split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from analysis.errors import DatasetError, FormatError
from analysis.formats import ReadOptions, configurations, files_of, is_dataset_folder, splits_in
from analysis.workspace import Workspace

CARD = """---
license: mit
configs:
- config_name: main
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: "data/test-*.jsonl"
- config_name: extra
  data_files: extra/**/*.jsonl
- config_name: mapped
  data_files:
    train: [data/train-00000-of-00002.jsonl]
    validation: extra/deep/b.jsonl
- config_name: in_folder
  data_dir: extra
---
# A dataset
"""


def arrow(path: Path, rows: list[dict[str, Any]]) -> None:
    """A file in Arrow's streaming format, as `datasets` writes it."""
    table = pa.Table.from_pylist(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def saved(folder: Path, *parts: list[dict[str, Any]], split: str | None = None) -> Path:
    """A folder as `save_to_disk` leaves it."""
    names = [f"data-{n:05}-of-{len(parts):05}.arrow" for n in range(len(parts))]
    for name, rows in zip(names, parts, strict=True):
        arrow(folder / name, rows)
    state = {"_data_files": [{"filename": name} for name in names], "_split": split, "_fingerprint": "0"}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "dataset_info.json").write_text('{"features": {}}')
    return folder


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    lines(folder / "data" / "train-00000-of-00002.jsonl", {"prompt": "a", "response": "b", "split": "of the source"})
    lines(folder / "data" / "train-00001-of-00002.jsonl", {"prompt": "c", "response": "d"})
    lines(folder / "data" / "test-00000-of-00001.jsonl", {"prompt": "e", "response": "f"})
    lines(folder / "extra" / "a.jsonl", {"text": "one"})
    lines(folder / "extra" / "deep" / "b.jsonl", {"text": "two"})
    (folder / "README.md").write_text(CARD)
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


def test_a_saved_dataset_is_opened_from_its_folder(tmp_path: Path, workspace: Workspace) -> None:
    folder = saved(tmp_path / "mine", [{"text": "a"}, {"text": "b"}], [{"text": "c"}])
    dataset = workspace.open([folder])
    assert (dataset.name, dataset.height, dataset.column("text").to_list()) == ("mine", 3, ["a", "b", "c"])
    assert "split" not in dataset.originals and len(dataset.meta["files"]) == 2
    assert workspace.open([folder]).id == dataset.id == workspace.dataset(str(folder)).id
    named = workspace.open([saved(tmp_path / "named", [{"text": "a"}], split="train")])
    assert named.column("split").to_list() == ["train"] and named.roles["split"] == "split"


@pytest.mark.parametrize("has_list", [True, False])
def test_a_folder_for_each_split_gives_the_role_split(has_list: bool, tmp_path: Path, workspace: Workspace) -> None:
    saved(tmp_path / "all" / "test", [{"prompt": "q", "response": "r"}])
    saved(tmp_path / "all" / "train", [{"prompt": "a", "response": "b"}], [{"prompt": "c", "response": "d"}])
    if has_list:
        (tmp_path / "all" / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    dataset = workspace.open([tmp_path / "all"])
    order = ["train", "train", "test"] if has_list else ["test", "train", "train"]
    assert dataset.column("split").to_list() == order and dataset.roles["split"] == "split"
    assert is_dataset_folder(tmp_path / "all") is has_list


def test_the_configuration_is_chosen_by_name(repository: Path, workspace: Workspace) -> None:
    assert configurations(repository) == ["main", "extra", "mapped", "in_folder"]
    with pytest.raises(FormatError, match=r"has 4 configurations \(main, extra, mapped, in_folder\).*--config NAME"):
        workspace.open([repository])
    with pytest.raises(FormatError, match="no configuration 'no'; it has main, extra"):
        files_of(repository, "no")
    main = workspace.open([repository], ReadOptions(config="main"))
    assert main.column("prompt").to_list() == ["a", "c", "e"]
    assert main.column("split").to_list() == ["train", "train", "test"]
    assert main.column("split_original").to_list() == ["of the source", None, None]
    assert (main.name, main.roles["split"]) == ("repository", "split")
    chosen = {name: files_of(repository, name) for name in ("extra", "mapped", "in_folder")}
    named = {name: ([file.name for file in one.files], one.splits) for name, one in chosen.items()}
    assert named == {
        "extra": (["a.jsonl", "b.jsonl"], ()),
        "mapped": (["train-00000-of-00002.jsonl", "b.jsonl"], ("train", "validation")),
        "in_folder": (["a.jsonl", "b.jsonl"], ()),
    }


def test_one_split_is_read_alone(repository: Path, workspace: Workspace, tmp_path: Path) -> None:
    assert (splits_in(repository), splits_in(repository, "main")) == ([], ["train", "test"])
    test = workspace.open([repository], ReadOptions(config="main", split="test"))
    assert (test.name, test.column("prompt").to_list()) == ("repository (test)", ["e"])
    assert test.column("split").to_list() == ["test"] and test.roles["split"] == "split"
    every = workspace.open([repository], ReadOptions(config="main"))
    assert every.height == 3 and every.id != test.id
    assert workspace.reread(test, {"prompt": "response", "response": "prompt"}).column("prompt").to_list() == ["f"]
    with pytest.raises(FormatError, match="repository has no split 'dev'; it has train, test"):
        workspace.open([repository], ReadOptions(config="main", split="dev"))
    with pytest.raises(FormatError, match="has no split 'train'; it names none; open it without --split"):
        workspace.open([repository], ReadOptions(config="extra", split="train"))
    with pytest.raises(DatasetError, match="The split 'train' needs the folder of a dataset; name that folder"):
        workspace.open([repository / "extra" / "a.jsonl"], ReadOptions(split="train"))
    for split, text in (("train", "a"), ("test", "b")):
        saved(tmp_path / "saved" / split, [{"text": text}])
    assert splits_in(tmp_path / "saved") == ["test", "train"]
    assert workspace.open([tmp_path / "saved"], ReadOptions(split="train")).column("text").to_list() == ["a"]


def test_other_roles_keep_the_split_of_the_folder(repository: Path, workspace: Workspace) -> None:
    dataset = workspace.reread(workspace.open([repository], ReadOptions(config="main")), {"response": None})
    assert dataset.column("split").to_list() == ["train", "train", "test"] and "response" not in dataset.roles
    dataset = workspace.reread(dataset, {"prompt": "response", "response": "prompt"})
    assert dataset.column("prompt").to_list() == ["b", "d", "f"] and dataset.roles["split"] == "split"


def test_the_default_configuration_needs_no_name(repository: Path) -> None:
    for change in ("config_name: default", "config_name: main\n  default: true"):
        (repository / "README.md").write_text(CARD.replace("config_name: main", change, 1))
        assert [file.name for file in files_of(repository).files][-1] == "test-00000-of-00001.jsonl"


@pytest.mark.parametrize("card", ["# no front matter\n", "---\nlicense: mit\n---\n", None])
def test_without_configurations_the_names_of_files_tell_the_splits(card: str | None, repository: Path) -> None:
    (repository / "README.md").unlink() if card is None else (repository / "README.md").write_text(card)
    files = files_of(repository)
    assert [file.name[:11] for file in files.files] == ["train-00000", "train-00001", "test-00000-"]
    assert files.splits == ("train", "train", "test") and is_dataset_folder(repository)
    with pytest.raises(FormatError, match="no configuration 'main'; it has none"):
        files_of(repository, "main")


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (["train.csv", "dev.csv", "test.csv"], ("train", "validation", "test")),
        (["my_train_data.jsonl.gz", "my-test.jsonl.gz"], ("train", "test")),
        (["train/a.json", "validation/a.json"], ("train", "validation")),
        (["data/latest.parquet", "notes.csv"], ()),
        (["b.jsonl", "a.jsonl", ".hidden/train.jsonl", "LICENSE.txt", "dataset_infos.json"], ()),
        (["train-00000-of-00001-a1b2c3.parquet", "custom-00000-of-00001.parquet"], ("train", "custom")),
    ],
)
def test_splits_by_the_names_of_files(names: list[str], splits: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        lines(tmp_path / name, {"text": "a"})
    files = files_of(tmp_path)
    assert files.splits == splits
    assert all(not part.startswith(".") for file in files.files for part in file.relative_to(tmp_path).parts)


def test_what_a_folder_names_outside_itself_is_refused(tmp_path: Path) -> None:
    lines(tmp_path / "secret.jsonl", {"text": "x"})
    folder = saved(tmp_path / "f", [{"text": "a"}])
    for name in ("../secret.jsonl", "/etc/passwd", "a/../../secret.jsonl"):
        (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": name}]}))
        with pytest.raises(FormatError, match="outside it"):
            files_of(folder)
        card = f"---\nconfigs:\n- config_name: a\n  data_files: {name}\n---\n"
        (tmp_path / "g").mkdir(exist_ok=True)
        (tmp_path / "g" / "README.md").write_text(card)
        with pytest.raises(FormatError, match="outside it"):
            files_of(tmp_path / "g")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("state.json", "{", "cannot be read"),
        ("state.json", "[1]", "no JSON object"),
        ("state.json", '{"_data_files": []}', "names no data files"),
        ("state.json", '{"_data_files": [{"filename": "gone.arrow"}]}', "lacks gone.arrow"),
        ("dataset_dict.json", '{"splits": ["train"]}', "holds no state.json"),
        ("dataset_dict.json", "{}", "names no splits"),
        ("README.md", "---\nconfigs: [\n---\n", "YAML .* cannot be read"),
        ("README.md", "---\nconfigs:\n- data_files: gone/*.csv\n---\n", "names the files gone"),
        ("README.md", "---\nconfigs:\n- data_files: hf://datasets/a/b.csv\n---\n", "are not in it"),
        ("README.md", "---\nconfigs:\n- data_files: !!python/object/apply:os.system [ls]\n---\n", "cannot be read"),
        ("notes.md", "nothing", "holds no file of data"),
    ],
)
def test_a_damaged_folder_says_what_is_wrong(file: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(content)
    with pytest.raises(FormatError, match=message):
        files_of(tmp_path)


def test_references_in_a_card_do_not_grow(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)
    )
    (tmp_path / "README.md").write_text(f"---\n{bomb}configs:\n- data_files: a.csv\n---\n")
    (tmp_path / "a.csv").write_text("text\nx\n")
    assert [file.name for file in files_of(tmp_path).files] == ["a.csv"]


def test_files_of_several_kinds_are_not_mixed(tmp_path: Path) -> None:
    lines(tmp_path / "a.jsonl", {"text": "a"})
    pl.DataFrame({"text": ["b"]}).write_csv(tmp_path / "b.csv")
    with pytest.raises(FormatError, match=r"several kinds \(.csv, .jsonl\)"):
        files_of(tmp_path)


def test_a_configuration_needs_a_folder(repository: Path, workspace: Workspace) -> None:
    with pytest.raises(DatasetError, match="needs the folder of a dataset"):
        workspace.open([repository / "extra" / "a.jsonl"], ReadOptions(config="main"))
