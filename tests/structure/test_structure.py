"""Does the signal say what each row ends with, and which faults are in its turns, calls and thoughts?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.findings import findings
from analysis.structure.thoughts import FAULTS, thought_faults
from analysis.workspace import Workspace

CALL = [{"id": "c", "type": "function", "function": {"name": "tide", "arguments": '{"port": "P"}'}}]
NULL_CALL = [{"id": "c", "type": "function", "function": {"name": "tide", "arguments": {"port": None, "n": 1}}}]
Open = Callable[..., Dataset]


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Open:
    """Opens these records and computes the signal."""

    def open_it(*records: dict[str, Any]) -> Dataset:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        dataset = Workspace().open([path])
        for name in ("structure", "conflicts"):
            compute(dataset, dataset.signal(name))
        return dataset

    return open_it


def chat(*turns: tuple[str, str | None] | dict[str, Any]) -> dict[str, Any]:
    written = [turn if isinstance(turn, dict) else {"role": turn[0], "content": turn[1]} for turn in turns]
    return {"messages": written}


def called(calls: list[dict[str, Any]], content: str | None = None) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "tool_calls": calls}


def kinds(dataset: Dataset) -> list[str | None]:
    return dataset.column("answer_kind").to_list()


def faults(dataset: Dataset) -> list[list[str] | None]:
    return dataset.column("structure_faults").to_list()


def rows_by_finding(dataset: Dataset) -> dict[str, list[int]]:
    """The rows of each finding, from 1 as in the file."""
    return {finding.name: (dataset.rows_of(finding.view) + 1).to_list() for finding in findings(dataset)}


def test_what_a_chat_ends_with(opened: Open) -> None:
    dataset = opened(
        chat(("user", "Hi?"), ("assistant", "Hello.")),
        chat(("user", "Hi?"), ("assistant", " \n")),
        chat(("user", "Hi?"), called(CALL)),
        chat(("user", "Hi?"), called(CALL, "I look it up.")),
        chat(("user", "Hi?"), ("assistant", "Hello."), ("user", "And?")),
        chat(("user", "Hi?")),
        {"messages": []},
        chat(("user", "Hi?"), called(CALL), {"role": "tool", "content": "4:10", "tool_call_id": "c"}),
    )
    assert kinds(dataset) == [*("text", "blank", "tool_call", "text", "unanswered", "missing", "missing", "unanswered")]
    rows = rows_by_finding(dataset)
    assert (rows["empty_response"], rows["last_not_assistant"]) == ([2, 6, 7], [5, 6, 8])


def test_what_other_rows_end_with(opened: Open) -> None:
    plain = opened({"prompt": "a", "response": "b"}, {"prompt": "a", "response": " "}, {"prompt": "a"}, {"prompt": ""})
    assert kinds(plain) == ["text", "blank", "missing", "missing"]
    assert rows_by_finding(plain)["empty_response"] == [2, 3, 4]


def test_raw_text_has_no_response_to_miss(opened: Open) -> None:
    text = opened({"text": "Some words."}, {"text": None})
    assert kinds(text) == ["raw_text", None]
    assert faults(text) == [None, None]
    assert "empty_response" not in rows_by_finding(text)


def test_the_rejected_side_of_a_pair(opened: Open) -> None:
    pairs = opened(
        {"prompt": "Why?", "chosen": "Because.", "rejected": "No."},
        {"prompt": "Why so?", "chosen": "Because.", "rejected": " "},
        {"prompt": "Why not?", "chosen": "Because.", "rejected": None},
    )
    assert pairs.column("rejected_kind").to_list() == ["text", "blank", None]
    assert rows_by_finding(pairs)["empty_rejected"] == [2, 3]


def test_an_empty_rejected_answer_of_a_dialogue(opened: Open) -> None:
    begun = "\n\nHuman: Hi\n\nAssistant:"
    pairs = opened(
        {"chosen": f"{begun} Hello there.", "rejected": f"{begun} Go away."},
        {"chosen": f"{begun} Hello you.", "rejected": begun},
    )
    assert rows_by_finding(pairs)["empty_rejected"] == [2]


def test_a_pair_of_equal_answers_is_found_in_messages_too(opened: Open) -> None:
    def side(answer: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": "Explain it."}, {"role": "assistant", "content": answer}]

    pairs = opened(
        {"prompt": "Explain it.", "chosen": side("It is a loan word."), "rejected": side("No idea at all.")},
        {"prompt": "Explain it.", "chosen": side("Term two."), "rejected": side("Term two.")},
    )
    assert rows_by_finding(pairs)["degenerate_pairs"] == [2]


def test_tool_calls_are_answers_on_both_sides_of_a_pair(opened: Open) -> None:
    def pair(i: int, chosen: str, rejected: str) -> dict[str, Any]:
        def side(port: str) -> list[dict[str, Any]]:
            function = {"name": "tide", "arguments": json.dumps({"port": port})}
            return [called([{"id": "c", "type": "function", "function": function}])]

        asked = [{"role": "user", "content": f"Tide in port {i}?"}]
        return {"prompt": asked, "chosen": side(chosen), "rejected": side(rejected)}

    pairs = opened(pair(1, "a", "b"), pair(2, "a", "a"))
    assert kinds(pairs) == pairs.column("rejected_kind").to_list() == ["tool_call", "tool_call"]
    rows = rows_by_finding(pairs)
    assert not {"empty_response", "empty_rejected"} & set(rows)
    assert rows["degenerate_pairs"] == [2]


def test_a_thought_alone_and_an_image_alone_are_no_empty_answers(opened: Open) -> None:
    image = [{"type": "image_url", "image_url": {"url": "a.png"}}]
    dataset = opened(
        chat(("user", "A"), {"role": "assistant", "content": None, "reasoning_content": "I think."}),
        chat(("user", "A"), {"role": "assistant", "content": image}),
        chat(("user", "A"), {"role": "assistant", "content": ""}),
    )
    assert kinds(dataset) == ["reasoning", "parts", "blank"]
    assert rows_by_finding(dataset)["empty_response"] == [3]


def test_the_order_of_turns(opened: Open) -> None:
    dataset = opened(
        chat(("system", "Be brief."), ("user", "Hi?"), ("assistant", "Hello.")),
        chat(("assistant", "Welcome."), ("user", "A map?"), ("assistant", "Here.")),
        chat(("user", "First."), ("system", "Be brief."), ("assistant", "Second.")),
        chat(("user", "A"), ("user", "B"), ("assistant", "C")),
        chat(("user", "A"), called(CALL), ("assistant", "C")),
        chat(("user", "A"), called(CALL), {"role": "tool", "content": "4:10"}, ("assistant", "C")),
        chat(("user", "A"), called(CALL), {"role": "tool", "content": "1"}, {"role": "tool", "content": "2"}),
    )
    assert faults(dataset) == [
        [],
        ["first_not_user"],
        ["system_late"],
        ["same_role_twice"],
        ["call_without_result", "same_role_twice"],
        [],
        ["last_not_assistant"],
    ]


def test_arguments_that_are_null(opened: Open) -> None:
    as_text = [{"id": "c", "type": "function", "function": {"name": "tide", "arguments": '{"port": null}'}}]
    dataset = opened(
        chat(("user", "A"), called(NULL_CALL)),
        chat(("user", "A"), called(as_text)),
        chat(("user", "A"), called(CALL)),
    )
    assert kinds(dataset) == ["tool_call"] * 3
    assert rows_by_finding(dataset)["null_argument"] == [1, 2]
    assert "empty_response" not in rows_by_finding(dataset)


THOUGHTS = {  # an answer, and its faults
    "<think>\nTwo and two make four.\n</think>\n\n4": [],
    "12": [],
    "Two and three.</think>5": ["thought_not_opened"],
    "<think>\nI was cut off because": ["thought_not_closed"],
    "<think></think>\n8": ["thought_empty"],
    "<think>\n\n</think>\n\n10": ["thought_empty"],
    "<think>a</think><think>b</think>14": ["several_thoughts"],
    "<think>It is sixteen.</think>": ["answer_missing_after_thought"],
    "[THINK]It is sixteen.[/THINK]  \n": ["answer_missing_after_thought"],
    "<Thinking>Yes": ["thought_not_closed"],
    "<|begin_of_thought|>Yes<|end_of_thought|>No": [],
    "Write `<think>` before a thought.": [],
    "```\n<think>\n```\nis how it begins.": [],
    "I think that 3 < 4 > 2.": [],
}


@pytest.mark.parametrize("text", THOUGHTS)
def test_the_faults_of_a_thought(text: str) -> None:
    judged = thought_faults(pl.Series([None, text, "Plain."], dtype=pl.String))
    assert judged.columns == list(FAULTS)
    assert [fault for fault in FAULTS if judged[fault][1]] == THOUGHTS[text]
    assert not any(judged[fault][0] or judged[fault][2] for fault in FAULTS)


def test_thoughts_of_every_answer_are_judged(opened: Open) -> None:
    dataset = opened(
        chat(("user", "A"), ("assistant", "<think>B</think>"), ("user", "C"), ("assistant", "D")),
        chat(("user", "<think>is a mark"), ("assistant", "Yes.")),
        chat(("user", "A"), called(CALL, "<think>I call it.</think>")),
        chat(("user", "A"), ("assistant", "B</think>C")),
    )
    assert faults(dataset) == [["answer_missing_after_thought"], [], [], ["thought_not_opened"]]
