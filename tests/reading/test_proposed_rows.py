"""Which texts may be proposed for a row, what is refused, and what is the row with them?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.annotations import Annotations, in_place, open_annotations
from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from analysis.proposals import ProposedRows, propose_texts, texts_of
from analysis.workspace import Workspace

Open = Callable[[list[dict[str, Any]]], Dataset]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def open_records(records: list[dict[str, Any]]) -> Dataset:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return Workspace(tmp_path / "home").open([path])

    return open_records


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Annotations]:
    with open_annotations(tmp_path / "home") as annotations:
        yield annotations


def talk(*texts: str | None) -> list[dict[str, Any]]:
    return [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]


def texts_at(dataset: Dataset, row: int) -> dict[str, str | None]:
    names = [name for name in ProposedRows(dataset).reads]
    return texts_of(dataset.canonical_frame(names, pl.Series([row], dtype=pl.UInt32)).row(0, named=True))


def proposed(dataset: Dataset, notes: Annotations, row: int, **texts: str) -> dict[str, Any]:
    """The row with these texts, as an export takes it; dots are written as two underscores."""
    row_id = dataset.column("row_id")[row]
    propose_texts(dataset, notes, {row_id: {k.replace("__", "."): v for k, v in texts.items()}}, "Ann")
    in_place.take_tags(dataset, notes)
    return ProposedRows(dataset).table.filter(pl.col("row_id") == row_id).row(0, named=True)


def test_an_instruction(opened: Open, notes: Annotations) -> None:
    dataset = opened([{"instruction": "Sum.", "input": "1 2", "output": "3"}, {"instruction": "B", "output": None}])
    assert texts_at(dataset, 0) == {"prompt": "Sum.\n\n1 2", "response": "3"}
    assert texts_at(dataset, 1) == {"prompt": "B", "response": None}
    assert proposed(dataset, notes, 1, response="written anew")["response"] == "written anew"
    assert dataset.column("has_proposal").to_list() == [False, True]
    assert dataset.column("response").to_list() == ["3", None], "the source is not changed"


def test_messages_are_named_by_their_place(opened: Open, notes: Annotations) -> None:
    chat = [{"role": "system", "content": "S"}, *talk("Q1", "A1", "Q2", "A2")]
    dataset = opened([{"messages": chat}, {"messages": talk("Q", "A")}])
    assert texts_at(dataset, 0) == {f"messages.{n}.content": t for n, t in enumerate(["S", "Q1", "A1", "Q2", "A2"])}
    row = proposed(dataset, notes, 0, messages__2__content="A1 new", messages__4__content="A2 new", system="S new")
    assert [m["content"] for m in row["messages"]] == ["S new", "Q1", "A1 new", "Q2", "A2 new"]
    assert (row["system"], row["prompt"], row["response"]) == ("S new", "Q1", "A2 new")
    kept = notes.proposals.standing(dataset.fingerprint)["field"].to_list()
    assert kept == ["messages.0.content", "messages.2.content", "messages.4.content"], "system is a message here"


def test_reasoning_and_calls(opened: Open, notes: Annotations) -> None:
    answer = {"role": "assistant", "content": "4", "reasoning_content": "2 and 2"}
    call = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}
    dataset = opened([{"messages": [*talk("2+2"), answer]}, {"messages": [*talk("x"), call]}])
    row = proposed(dataset, notes, 0, messages__1__reasoning="2 + 2 = 4")
    assert row["messages"][1]["reasoning"] == "2 + 2 = 4" and row["messages"][1]["content"] == "4"
    row = proposed(dataset, notes, 1, messages__1__content="I call.")
    assert row["messages"][1]["content"] == row["response"] == "I call."
    assert row["messages"][1]["tool_calls"] is not None


def test_a_pair(opened: Open, notes: Annotations) -> None:
    shared = talk("Q")
    sides = {
        side: [*shared, {"role": "assistant", "content": text}]
        for side, text in (("chosen", "good"), ("rejected", "bad"))
    }
    dataset = opened([sides])
    assert texts_at(dataset, 0) == {
        "messages.0.content": "Q",
        "messages.1.content": "good",
        "messages_rejected.0.content": "bad",
    }
    row = proposed(dataset, notes, 0, prompt="Q new", rejected="worse", response="better")
    assert (row["prompt"], row["response"], row["rejected"]) == ("Q new", "better", "worse")
    assert [m["content"] for m in row["messages"]] == ["Q new", "better"]
    assert [m["content"] for m in row["messages_rejected"]] == ["worse"]


def test_a_pair_of_texts(opened: Open, notes: Annotations) -> None:
    dataset = opened([{"prompt": "p", "chosen": "c", "rejected": "r"}])
    row = proposed(dataset, notes, 0, rejected="r2")
    assert (row["prompt"], row["response"], row["rejected"]) == ("p", "c", "r2")


def test_raw_text_and_a_system_column(opened: Open, notes: Annotations) -> None:
    assert texts_at(opened([{"text": "abc"}]), 0) == {"text": "abc"}


def test_a_field_that_the_row_does_not_have_is_refused_with_those_it_has(opened: Open, notes: Annotations) -> None:
    dataset = opened([{"messages": talk("Q", "A")}])
    row_id = dataset.column("row_id")[0]
    for field in (
        "messages.2.content",
        "messages.-1.content",
        "messages.0.reasoning",
        "rejected",
        "text",
        "tags",
        "a\nb",
    ):
        with pytest.raises(AnnotationError) as caught:
            propose_texts(dataset, notes, {row_id: {field: "x"}}, "Ann")
        assert str(caught.value) == (
            f"Row {row_id} has no text {field!a}; it has: messages.0.content, messages.1.content, prompt, response."
        )
    assert notes.proposals.standing(dataset.fingerprint).is_empty()
    table = opened([{"n": 1, "colour": "red"}, {"n": 2, "colour": "blue"}])
    with pytest.raises(AnnotationError, match="no text of a prompt, .*--role prompt=COLUMN"):
        propose_texts(table, notes, {table.column("row_id")[0]: {"colour": "green"}}, "Ann")


def test_the_text_of_the_source_withdraws_and_unknown_rows_are_counted(opened: Open, notes: Annotations) -> None:
    dataset = opened([{"prompt": "p", "completion": "c"}, {"prompt": "q", "completion": "d"}])
    first, second = dataset.column("row_id")
    done = propose_texts(dataset, notes, {first: {"response": "new", "prompt": "p"}, "0" * 16: {"prompt": "x"}}, "Ann")
    assert (done.rows, done.texts, done.unchanged, done.unknown) == (1, 1, 1, ("0" * 16,))
    trial = propose_texts(dataset, notes, {second: {"response": "new"}}, "Ann", is_trial=True)
    assert (trial.batch, trial.rows, trial.texts) == (None, 1, 1)
    assert notes.proposals.standing(dataset.fingerprint)["row_id"].to_list() == [first]
    done = propose_texts(dataset, notes, {first: {"response": "c"}}, "Bo")
    assert (done.rows, done.texts, done.unchanged) == (1, 0, 1)
    assert notes.proposals.standing(dataset.fingerprint).is_empty()


def test_a_field_that_is_gone_since_the_file_is_read_otherwise_is_left_and_named(opened: Open) -> None:
    dataset = opened([{"prompt": "p", "completion": "c"}])
    row_id = dataset.column("row_id")[0]
    frame = pl.DataFrame(
        {
            "row_id": [row_id] * 2,
            "field": ["messages.0.content", "response"],
            "text": ["x", "new"],
            "person": ["Ann"] * 2,
        }
    )
    dataset.set_proposals(frame, 1)
    row = ProposedRows(dataset).by_row[row_id]
    assert row.unplaced == ("messages.0.content",) and row.columns == {"response": "new", "n_turns": 2}
