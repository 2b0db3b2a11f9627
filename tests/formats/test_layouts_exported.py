"""Is a table that Winnow exported read as it was exported, and a record that is ready for training by its texts?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.dataset import Dataset
from analysis.export import ExportRequest, export
from analysis.formats.stored_names import stored_name
from analysis.workspace import Workspace
from tests.formats.leaf_texts import write

JUDGED = {
    "id": 1,
    "data": {"text": "Tide?"},
    "annotations": [
        {"completed_by": who, "result": [{"value": {"choices": [label]}, "from_name": "q", "type": "choices"}]}
        for who, label in ((1, "good"), (2, "bad"))
    ],
}
RANKED = {"instruction": "Best?", "input": "Of all.", "output": ["This.", "That.", "None."]}
BATTLE = {"prompt": "Hi", "response_a": "x", "response_b": "y", "winner": "model_b"}


def exported(folder: Path, records: list[dict[str, Any]], to: str, suffix: str = ".jsonl") -> Dataset:
    """The dataset of these records, exported and opened again."""
    home = Workspace(folder / "home")
    result = export(home.open([write(records, folder / f"a{suffix}")]), ExportRequest(to=to), folder / "out")
    return home.open([folder / "out" / file.path for file in result.receipt.files])


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_judgements_are_not_made_of_a_record_again(tmp_path: Path, to: str) -> None:
    again = exported(tmp_path, [JUDGED], to)
    assert again.height == 2 and again.column("text").to_list() == ["Tide?"] * 2
    assert again.column("label").to_list() == ["good", "bad"]
    assert {role: again.roles[role] for role in ("label", "annotator")} == {"label": "label", "annotator": "annotator"}


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".parquet"])
@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_a_ranked_list_stays_a_pair(tmp_path: Path, to: str, suffix: str) -> None:
    again = exported(tmp_path, [RANKED, RANKED], to, suffix)
    assert again.meta["format"] == "preference" and again.column("prompt").to_list() == ["Best?\n\nOf all."] * 2
    assert again.column("response").to_list() == ["This."] * 2 and again.column("rejected").to_list() == ["None."] * 2


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_a_column_of_the_source_and_one_of_its_layout_keep_their_names(tmp_path: Path, to: str) -> None:
    record = {"id": 1, "text": "Hello Ann.", "label": [[6, 9, "NAME"]], "Comments": []}
    again = exported(tmp_path, [record], to)
    assert again.column("label").to_list() == ["NAME"] and "label_original" in again.schema


def test_names_of_added_columns_are_kept_apart() -> None:
    names = ["label", "label_original", "label_original_original", "labels", "text"]
    stored = [stored_name(name, {"label"}) for name in names]
    ending = "_original"
    assert stored == [f"label{ending}", f"label{ending * 2}", f"label{ending * 3}", "labels", f"text{ending}"]


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv"])
@pytest.mark.parametrize(
    ("to", "rows"),
    [
        ("alpaca", [("Hi", "y")]),
        ("prompt_completion", [("Hi", "y")]),
        ("messages", [("Hi", "y")]),
        ("kto", [("Hi", "y"), ("Hi", "x")]),
    ],
)
def test_what_is_ready_for_training_is_not_made_of_its_answers_again(
    tmp_path: Path, to: str, rows: list[tuple[str, str]], suffix: str
) -> None:
    again = exported(tmp_path, [BATTLE], to, suffix)
    assert list(zip(again.column("prompt"), again.column("response"), strict=True)) == rows
    assert again.meta["format"] in ("instruction", "chat", "kto")


def test_a_conversation_without_an_answer_is_not_read_instead_of_a_prompt_and_its_answer(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "Tide?"}]
    for number, (prompt, answer) in enumerate((("instruction", "output"), ("prompt", "completion"))):
        record = {"input_messages": asked, prompt: "Tide?", answer: "Now."}
        opened = Workspace(tmp_path / "home").open([write([record] * 2, tmp_path / f"{number}.jsonl")])
        assert opened.column("response").to_list() == ["Now."] * 2
        whole = {**record, "input_messages": [*asked, {"role": "assistant", "content": "Later."}]}
        opened = Workspace(tmp_path / "home").open([write([whole] * 2, tmp_path / f"{number}b.jsonl")])
        assert opened.column("response").to_list() == ["Later."] * 2


def test_a_text_is_the_answer_rather_than_a_list_of_texts(tmp_path: Path) -> None:
    record = {"instruction": "Q", "output": ["a", "b"], "prompt": "Q", "completion": "a"}
    opened = Workspace(tmp_path / "home").open([write([record] * 2, tmp_path / "a.jsonl")])
    assert opened.column("prompt").to_list() == ["Q"] * 2 and opened.column("response").to_list() == ["a"] * 2
