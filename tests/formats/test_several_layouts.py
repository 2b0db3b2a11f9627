"""Is each record read by its own layout, wherever in the files it is, and is it counted where none reads it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.dataset import Dataset
from analysis.errors import ViewError
from analysis.formats import ReadOptions, import_files
from analysis.view import View
from analysis.workspace import Workspace

CHAT = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
SHAREGPT = {"conversations": [{"from": "human", "value": "c"}, {"from": "gpt", "value": "d"}]}
PAIR = {"prompt": "e", "completion": "f"}
DPO = {
    "input": {"messages": [{"role": "user", "content": "g"}]},
    "preferred_output": [{"role": "assistant", "content": "h"}],
    "non_preferred_output": [{"role": "assistant", "content": "i"}],
}


@pytest.fixture
def opened(tmp_path: Path):
    def do(*files: list[dict[str, Any]], suffix: str = ".jsonl") -> Dataset:
        paths = []
        for number, records in enumerate(files):
            path = tmp_path / f"{number}{suffix}"
            if suffix == ".parquet":
                pl.DataFrame(records, infer_schema_length=None).write_parquet(path)
            else:
                path.write_text("".join(json.dumps(record) + "\n" for record in records))
            paths.append(path)
        return Workspace(tmp_path / "home").open(paths)

    return do


def texts(dataset: Dataset) -> list[tuple[str | None, ...]]:
    return dataset.frame(["prompt", "response", "rejected"]).rows()


def layouts(dataset: Dataset) -> dict[str, int]:
    return {layout["layout"]: layout["rows"] for layout in dataset.meta["layouts"]}


def test_four_layouts_in_one_file(opened) -> None:
    dataset = opened(
        [CHAT, {"messages": json.dumps(CHAT["messages"])}, SHAREGPT, PAIR, DPO, {"messages": None, "id": 1}]
    )
    assert texts(dataset) == [("a", "b", None)] * 2 + [("c", "d", None), ("e", "f", None), ("g", "h", "i"), (None,) * 3]
    assert layouts(dataset) == {"chat": 3, "instruction": 1, "openai_preference": 1}
    assert dataset.column("layout").to_list() == ["chat"] * 3 + ["instruction", "openai_preference", None]
    [note] = [note for note in dataset.meta["notes"] if note["kind"] == "unread"]
    assert note["rows"] == 1 and note["sentence"].startswith("1 row is read by no layout, since ")
    assert "layout" in dataset.shown_columns
    assert dataset.rows_of(View().where("layout", "eq", "instruction")).to_list() == [3]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_two_files_of_two_forms_have_the_same_questions(opened, suffix: str) -> None:
    questions = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(30)]
    chats = [
        {"messages": [{"role": "user", "content": f"q{n}"}, {"role": "assistant", "content": f"a{n}"}]}
        for n in range(30)
    ]
    dataset = opened(questions, chats, suffix=suffix)
    assert dataset.column("prompt").to_list() == [f"q{n}" for n in range(30)] * 2
    assert dataset.column("response").to_list() == [f"a{n}" for n in range(30)] * 2
    assert layouts(dataset) == {"chat": 30, "instruction": 30}


def test_a_layout_that_comes_after_what_was_looked_at_first(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    filler = "x" * 5_000
    with path.open("w") as file:
        for n in range(1_500):
            file.write(json.dumps({"prompt": f"p{n} {filler}", "completion": "c"}) + "\n")
        for n in range(20):
            file.write(json.dumps({**DPO, "id": n}) + "\n")
        file.write(json.dumps(CHAT) + "\n")
    info = import_files([path], tmp_path / "d", workers=1)
    assert {layout["layout"]: layout["rows"] for layout in info["layouts"]} == {
        "instruction": 1_500,
        "openai_preference": 20,
        "chat": 1,
    }
    rows = pl.scan_parquet(sorted((tmp_path / "d" / "rows").glob("*.parquet"))).select("prompt", "response", "rejected")
    frame = rows.collect()
    assert (
        frame["prompt"][0].startswith("p0 x")
        and frame.row(1_500) == ("g", "h", "i")
        and frame.row(1_520) == ("a", "b", None)
    )
    assert not [note for note in info["notes"] if note["kind"] == "unread"]


def test_ids_do_not_depend_on_the_layouts_beside(opened, tmp_path: Path) -> None:
    alone = Workspace(tmp_path / "other").open([_written(tmp_path / "alone.jsonl", [CHAT])])
    mixed = opened([PAIR, CHAT])
    assert alone.column("row_id")[0] == mixed.column("row_id")[1]


def _written(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_person_can_choose(tmp_path: Path) -> None:
    path = _written(tmp_path / "x.jsonl", [DPO, DPO])
    info = import_files([path], tmp_path / "d", ReadOptions(layout="columns"))
    assert [layout["layout"] for layout in info["layouts"]] != ["openai_preference"]


# A column keeps its name


def test_a_column_that_is_called_like_a_canonical_one(opened) -> None:
    dataset = opened([{"instruction": "Name a fruit.", "output": "Plum.", "text": "A fruit is asked for."}])
    assert dataset.column("text").to_list() == ["A fruit is asked for."]
    assert "text" in dataset.shown_columns and "text_original" not in dataset.shown_columns
    assert dataset.rows_of(View().where("text", "has", "fruit")).to_list() == [0]
    assert dataset.rows_of(View().where("text_original", "has", "fruit")).to_list() == [0]  # a link of before
    assert dataset.canonical_frame(["text", "prompt"]).rows() == [(None, "Name a fruit.")]
    with pytest.raises(ViewError):
        dataset.check(View().where("response_original", "has", "x"))


def test_a_canonical_column_goes_first_where_both_are_filled(opened) -> None:
    dataset = opened([{**CHAT, "response": "another"}])
    assert dataset.column("response").to_list() == ["b"] and dataset.column("response_original").to_list() == [
        "another"
    ]
    assert dataset.meta["renamed"]["response_original"] == "response"


def test_a_role_may_name_such_a_column(tmp_path: Path) -> None:
    path = _written(tmp_path / "x.jsonl", [{"instruction": "i", "output": "o", "text": f"t{n % 2}"} for n in range(4)])
    workspace = Workspace(tmp_path / "home")
    dataset = workspace.reread(workspace.open([path]), {"source": "text"})
    assert dataset.role("source") == "text" and dataset.column("text").to_list() == ["t0", "t1", "t0", "t1"]
    again = workspace.reread(dataset, {"prompt": "text"})
    assert again.column("prompt").to_list() == ["t0", "t1", "t0", "t1"]


def test_a_text_of_one_layout_is_no_category(opened) -> None:
    dataset = opened([CHAT, {**CHAT, "source": "x"}, {**PAIR, "source": "y"}, {"prompt": "q", "completion": "r"}])
    assert "source" in dataset.categories and not {"prompt_original", "completion"} & set(dataset.categories)
