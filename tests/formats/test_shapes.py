"""Records of every training format -> the same canonical columns; roles by name and content, and by command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.errors import FormatError
from analysis.formats import ReadOptions, import_files
from analysis.formats.messages import Message

CANONICAL = ("system", "prompt", "response", "rejected", "score", "messages", "text", "n_turns", "prompts_differ")


@pytest.fixture
def imported(tmp_path: Path):
    """Imports records as JSONL: the description with each canonical column's values."""

    def do(records: list[Any], reading: ReadOptions = ReadOptions()) -> dict[str, Any]:  # noqa: B008
        path = tmp_path / "x.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        info = import_files([path], tmp_path / "d", reading)
        rows = pl.read_parquet(tmp_path / "d" / "rows")
        values = {name: rows[info["canonical"][name] or name].to_list() for name in info["canonical"]}
        return info | {name: values.get(name) for name in CANONICAL} | {"frame": rows}

    return do


def turn(role: str, content: str | None, calls: str | None = None, **fields: object) -> dict[str, object]:
    return {**Message(role, content, tool_calls=calls)._asdict(), **fields}


# Instruction


def test_alpaca_with_blank_and_missing_input(imported):
    data = imported(
        [
            {"instruction": "Sum.", "input": "1 2", "output": "3"},
            {"instruction": "Hi.", "input": " ", "output": ""},
            {"instruction": "Yo.", "output": None},
            {"instruction": None, "input": "alone", "output": "x"},
        ]
    )
    assert data["format"] == "instruction"
    assert data["roles"] == {"prompt": "instruction", "input": "input", "response": "output"}
    assert data["prompt"] == ["Sum.\n\n1 2", "Hi.", "Yo.", "alone"]
    assert data["response"] == ["3", "", None, "x"] and data["canonical"]["response"] == "output"
    assert data["n_turns"] == [2, 1, 1, 2]
    assert data["messages"] is None and data["text"] is None


@pytest.mark.parametrize(
    "names",
    [
        ("prompt", "completion"),
        ("question", "answer"),
        ("prompt", "response"),
        ("query", "response"),
        ("Instruction", "OUTPUT"),
        ("prompt", "canonical_solution"),
        ("Input", "Output"),
    ],
)
def test_names_of_prompt_and_response(imported, names):
    data = imported([{names[0]: f"q{i}", names[1]: f"a{i}", "Context": None} for i in range(3)])
    assert data["format"] == "instruction"
    assert data["roles"]["prompt"] == names[0] and data["roles"]["response"] == names[1]
    assert data["prompt"] == ["q0", "q1", "q2"] and data["response"] == ["a0", "a1", "a2"]


def test_an_answer_that_is_a_number_is_shown_as_text_and_kept_as_a_number(imported):
    data = imported([{"question": "1+1", "answer": 2}, {"question": "2+2", "answer": 4}])
    assert data["response"] == ["2", "4"] and data["columns"]["answer"] == "Int64"


def test_nested_instances(imported):
    data = imported(
        [
            {"instruction": "Add.", "instances": [{"input": "1 2", "output": "3"}, {"input": "2 2", "output": "4"}]},
            {"instruction": "Greet.", "instances": [{"input": "", "output": "Hi"}]},
        ]
    )
    assert data["prompt"] == ["Add.\n\n1 2", "Greet."] and data["response"] == ["3", "Hi"]
    assert data["json_columns"] == ["instances"]
    assert "Several instances are nested in 1 row" in data["notes"][0]["sentence"]


# Chat


def test_sharegpt_with_function_calls(imported):
    data = imported(
        [
            {
                "conversations": [
                    {"from": "system", "value": "Be brief."},
                    {"from": "human", "value": "Weather?"},
                    {"from": "function_call", "value": '{"name": "weather"}'},
                    {"from": "observation", "value": "sunny"},
                    {"from": "gpt", "value": "It is sunny."},
                ],
                "tools": '[{"name": "weather"}]',
            }
        ]
    )
    assert data["format"] == "chat" and data["roles"] == {"messages": "conversations", "tools": "tools"}
    assert data["messages"] == [
        [
            turn("system", "Be brief."),
            turn("user", "Weather?"),
            turn("assistant", None, '{"name": "weather"}'),
            turn("tool", "sunny"),
            turn("assistant", "It is sunny."),
        ]
    ]
    assert (data["system"], data["prompt"], data["response"], data["n_turns"]) == (
        ["Be brief."],
        ["Weather?"],
        ["It is sunny."],
        [4],
    )
    assert data["columns"]["tools"] == "String" and data["frame"]["tools"].to_list() == ['[{"name": "weather"}]']


def test_content_as_a_list_of_parts_and_openai_tool_calls(imported):
    parts = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "x"}},
        {"type": "text", "value": "What?"},
    ]
    calls = [{"id": "1", "function": {"name": "f"}}]
    data = imported(
        [
            {
                "messages": [
                    {"role": "user", "content": parts},
                    {"role": "assistant", "content": None, "tool_calls": calls},
                ]
            },
            {
                "messages": [
                    {"role": "Human", "content": "a"},
                    {"role": "model", "content": [{"type": "text", "text": "b"}]},
                ]
            },
        ]
    )
    assert data["messages"][0] == [
        turn("user", "Look:\nWhat?", parts=json.dumps(parts, separators=(",", ":"))),
        turn("assistant", None, '[{"id":"1","function":{"name":"f"}}]'),
    ]
    assert data["messages"][1] == [
        turn("user", "a", extra='{"role":"Human"}'),  # the name that the role has in the file
        turn("assistant", "b", parts='[{"type":"text"}]', extra='{"role":"model"}'),
    ]
    assert data["renamed"] == {"messages_original": "messages"} and data["roles"]["messages"] == "messages_original"
    assert data["json_columns"] == ["messages_original"]


def test_other_conversations(imported):
    assert imported([{"dialog": ["hi", "hello", "bye"]}])["messages"] == [
        [turn("user", "hi"), turn("assistant", "hello"), turn("user", "bye")]
    ]
    pairs = [{"conversation": [{"human": "hi", "assistant": "hello"}]}]
    assert imported(pairs)["messages"] == [[turn("user", "hi"), turn("assistant", "hello")]]
    text = json.dumps([{"role": "user", "content": "hi"}])
    assert imported([{"messages": text}])["prompt"] == ["hi"]
    own = [{"thread_of_talk": [{"role": "user", "content": "hi"}]}]
    assert imported(own)["roles"] == {"messages": "thread_of_talk"}


def test_a_system_column_beside_messages(imported):
    data = imported(
        [
            {"system": "Be kind.", "conversations": [{"from": "human", "value": "hi"}]},
            {"system": None, "conversations": []},
        ]
    )
    assert data["system"] == ["Be kind.", None] and data["prompt"] == ["hi", None] and data["n_turns"] == [1, 0]


def test_messages_that_are_none(imported):
    good = {"messages": [{"role": "user", "content": "a"}]}
    data = imported(
        [good] * 9 + [{"messages": "oops"}, {"messages": None}, {"messages": [{"role": "narrator", "content": "x"}]}]
    )
    assert (
        data["messages"][9] is None and data["messages"][10] is None and data["messages"][11] == [turn("narrator", "x")]
    )
    sentences = " ".join(note["sentence"] for note in data["notes"])
    assert "holds no conversation in 1 row" in sentences and "The role 'narrator' of 1 message is none of" in sentences


# Preference, KTO, reward


def test_preference_as_plain_text(imported):
    data = imported(
        [{"prompt": "q", "chosen": "good", "rejected": "bad"}, {"prompt": "r", "chosen": "fine", "rejected": None}]
    )
    assert data["format"] == "preference" and data["roles"]["response"] == "chosen"
    assert data["prompt"] == ["q", "r"] and data["response"] == ["good", "fine"] and data["rejected"] == ["bad", None]
    assert data["messages"] is None and data["n_turns"] == [2, 2] and data["prompts_differ"] == [False, False]
    assert data["renamed"]["rejected_original"] == "rejected"


def test_preference_as_message_lists(imported):
    def said(*texts: str) -> list[dict[str, str]]:
        return [{"role": "assistant" if i % 2 else "user", "content": text} for i, text in enumerate(texts)]

    whole = imported([{"prompt": "q", "chosen": said("q", "good"), "rejected": said("q", "bad")}])
    assert (whole["prompt"], whole["response"], whole["rejected"]) == (["q"], ["good"], ["bad"])
    assert whole["messages"] == [[turn("user", "q"), turn("assistant", "good")]]
    answer = [{"role": "assistant", "content": "good"}], [{"role": "assistant", "content": "bad"}]
    apart = imported([{"prompt": said("a", "b", "c"), "chosen": answer[0], "rejected": answer[1]}])
    assert (apart["prompt"], apart["response"], apart["rejected"], apart["n_turns"]) == (["c"], ["good"], ["bad"], [4])
    assert apart["prompts_differ"] == [False]
    alone = imported([{"chosen": said("q", "good"), "rejected": said("other", "bad")}])
    assert alone["prompt"] == ["q"] and alone["prompts_differ"] == [True]


def test_preference_as_sharegpt_objects(imported):
    data = imported(
        [
            {
                "conversations": [{"from": "human", "value": "q"}],
                "chosen": {"from": "gpt", "value": "y"},
                "rejected": {"from": "gpt", "value": "n"},
            }
        ]
    )
    assert data["format"] == "preference"
    assert (data["prompt"], data["response"], data["rejected"], data["prompts_differ"]) == (
        ["q"],
        ["y"],
        ["n"],
        [False],
    )
    assert data["messages"] == [[turn("user", "q"), turn("assistant", "y")]]


def test_dialogues_in_one_string(imported):
    start = "\n\nHuman: What is\n\na cat?\n\nAssistant: A pet.\n\nHuman: Sure?"
    data = imported(
        [
            {"chosen": f"{start}\n\nAssistant: Yes.", "rejected": f"{start}\n\nAssistant: No."},
            {"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: other\n\nAssistant: c"},
        ]
    )
    assert data["prompt"] == ["Sure?", "a"] and data["response"] == ["Yes.", "b"] and data["rejected"] == ["No.", "c"]
    assert data["messages"][0] == [
        turn("user", "What is\n\na cat?"),
        turn("assistant", "A pet."),
        turn("user", "Sure?"),
        turn("assistant", "Yes."),
    ]
    assert data["prompts_differ"] == [False, True] and data["n_turns"] == [4, 2]
    assert data["notes"][0]["kind"] == "prompts_differ" and data["notes"][0]["rows"] == 1


def test_kto(imported):
    flat = imported(
        [{"prompt": "q", "completion": "a", "label": True}, {"prompt": "r", "completion": "b", "label": False}]
    )
    assert flat["format"] == "kto" and flat["response"] == ["a", "b"] and flat["roles"]["label"] == "label"
    chat = imported(
        [{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "label": True}]
    )
    assert chat["format"] == "kto" and chat["prompt"] == ["q"] and chat["columns"]["label"] == "Boolean"


def test_reward(imported):
    data = imported([{"prompt": "q", "response": "a", "score": 1}, {"prompt": "r", "response": "b", "score": 0.5}])
    assert data["format"] == "reward" and data["score"] == [1.0, 0.5] and data["renamed"] == {}
    data = imported([{"instruction": "q", "output": "a", "rating": 4}])
    assert data["format"] == "instruction" and data["score"] == [4.0] and data["columns"]["rating"] == "Int64"
    assert imported([{"instruction": "q", "output": "a", "rating": "good"}])["roles"]["label"] == "rating"


# Text, tables, roles


def test_annotations(imported):
    records = [
        {
            "bbcid": i // 3,
            "system": ["BERT", "PTGEN"][i % 2],
            "summary": f"s {i}",
            "is_factual": ["yes", "no"][i % 2],
            "worker_id": f"w{i % 3}",
        }
        for i in range(12)
    ]
    data = imported(records)
    assert data["format"] == "table" and data["system"] is None
    assert data["roles"] == {
        "label": "is_factual",
        "annotator": "worker_id",
        "item": "bbcid",
        "group": "system_original",
    }


def test_further_roles(imported):
    records = [
        {
            "text": f"t{i}",
            "source": "web",
            "timestamp": f"2024-01-0{i + 1}",
            "session_id": "s",
            "split": "train",
            "vec": [0.5] * 16,
            "quality": i / 2,
            "time": "soon",
        }
        for i in range(4)
    ]
    assert imported(records)["roles"] == {
        "text": "text",
        "score": "quality",
        "source": "source",
        "created_at": "timestamp",
        "session": "session_id",
        "split": "split",
        "embedding": "vec",
    }


def test_roles_by_command(imported):
    records = [{"q": "a", "reply_text": "b", "who": "x"}] * 3
    data = imported(records, ReadOptions(roles={"prompt": "Q", "response": "reply_text", "annotator": "who"}))
    assert data["format"] == "instruction" and data["response"] == ["b"] * 3
    assert data["roles"] == {"prompt": "q", "response": "reply_text", "annotator": "who"}
    with pytest.raises(FormatError, match="There is no column 'answer'; the columns are q, reply_text, who."):
        imported(records, ReadOptions(roles={"response": "answer"}))
    with pytest.raises(FormatError, match="There is no role 'answr'"):
        ReadOptions(roles={"answr": "q"})
    with pytest.raises(FormatError, match="The format preference needs a column for response and rejected"):
        imported(records, ReadOptions(format="preference"))


def test_a_format_by_command(imported):
    assert (
        imported([{"prompt": "q", "response": "a", "score": 1}], ReadOptions(format="instruction"))["format"]
        == "instruction"
    )


def test_readings_are_hashable_whatever_their_roles_were_given_as():
    assert hash(ReadOptions(roles={"prompt": "a"})) == hash(ReadOptions(roles=(("prompt", "a"),)))
    with pytest.raises(FormatError, match="There is no format 'sft'"):
        ReadOptions(format="sft")


def test_reserved_names(imported):
    data = imported([{"text": "t", "tags": ["x"], "row_id": 5, "tags_original": "y", "source_file": "f", "": "e"}] * 2)
    assert data["renamed"] == {
        "tags_original": "tags",
        "row_id_original": "row_id",
        "tags_original_original": "tags_original",
        "source_file_original": "source_file",
        "unnamed_original": "",
    }
    assert (
        data["frame"]["tags_original"].to_list() == [["x"], ["x"]]
        and data["frame"]["source_file"].to_list() == ["x.jsonl"] * 2
    )
    data = imported([{"text": 3, "n_turns": "x", "other": "y"}])
    assert data["format"] == "table" and data["columns"] == {
        "text_original": "Int64",
        "n_turns_original": "String",
        "other": "String",
    }


def test_a_prompt_column_beside_an_input_does_not_meet_the_canonical_prompt(imported):
    data = imported([{"prompt": "a", "output": "b"}], ReadOptions(roles={"input": "output", "response": ""}))
    assert data["prompt"] == ["a\n\nb"] and data["frame"]["prompt_original"].to_list() == ["a"]
