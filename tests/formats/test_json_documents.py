"""JSON in every arrangement: lists of splits, maps, bare lists, values one after another; exact numbers, repeated keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.errors import FormatError
from tests.formats.opened_files import Opened

TURNS = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}]


@pytest.mark.parametrize(
    "names", [("train", "test"), ("Training", "dev"), ("validation", "holdout"), ("test_hard", "train")]
)
@pytest.mark.parametrize("indent", [None, 2])
def test_lists_that_are_called_like_splits_give_the_role_split(
    names: tuple[str, str], indent: Any, tmp_path: Path
) -> None:
    first, second = names
    document = {first: [{"prompt": "a", "response": "b"}], second: [{"prompt": "c", "response": "d"}]}
    data = Opened(tmp_path, ("a.json", json.dumps(document, indent=indent)))
    assert data.info["roles"] == {"prompt": "prompt", "response": "response", "split": "key"}
    assert data["key"] == [first, second] and data["prompt"] == ["a", "c"]


def test_the_first_split_may_be_longer_than_what_is_looked_at(tmp_path: Path) -> None:
    long = [{"text": "x" * 1000, "n": n} for n in range(1500)]
    data = Opened(tmp_path, ("a.json", json.dumps({"train": long, "test": [{"text": "y", "n": 0}]})))
    assert data.info["rows"] == 1501 and set(data["key"][:1500]) == {"train"} and data["key"][-1] == "test"
    assert data.info["roles"]["split"] == "key"


def test_splits_of_bare_texts_and_of_conversations(tmp_path: Path) -> None:
    data = Opened(tmp_path / "a", ("a.json", json.dumps({"train": ["one", "two"], "test": ["three"], "dev": []})))
    assert (data["text"], data["key"]) == (["one", "two", "three"], ["train", "train", "test"])
    data = Opened(tmp_path / "b", ("a.json", json.dumps({"train": [TURNS, TURNS], "test": [TURNS]})))
    assert (data.info["format"], data["response"], data["key"]) == ("chat", ["yo"] * 3, ["train", "train", "test"])
    data = Opened(tmp_path / "c", ("a.json", json.dumps({"sentences": ["one", "two"]})))
    assert data["text"] == ["one", "two"]


def test_other_keys_of_lists_stay_keys(tmp_path: Path) -> None:
    data = Opened(tmp_path, ("a.json", json.dumps({"north": [{"text": "a"}], "south": [{"text": "b"}]})))
    assert data.info["roles"] == {"text": "text", "key": "key"}


@pytest.mark.parametrize("values", [["bonjour", "chat", "chien"], [1, 2, 3], [0.5, 2, 1e3], [True, False, True]])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_map_of_scalars_is_key_and_value(values: list[Any], indent: Any, tmp_path: Path) -> None:
    keys = ["hello", "cat 1", "dog"]
    data = Opened(tmp_path, ("a.json", json.dumps(dict(zip(keys, values, strict=True)), indent=indent)))
    assert data["key"] == keys and data["value"] == values
    assert "one JSON object of keys and values" in data.sentences
    assert data.info["roles"] == ({"text": "value", "key": "key"} if isinstance(values[0], str) else {"key": "key"})


@pytest.mark.parametrize(
    "record", [{"prompt": "a", "response": "b"}, {"messages": TURNS}, {"a": "x", "b": 1}, {"id": "7", "zeta": "q"}]
)
def test_one_record_is_no_map(record: dict[str, Any], tmp_path: Path) -> None:
    data = Opened(tmp_path, ("a.json", json.dumps(record, indent=1)))
    assert data.info["rows"] == 1 and "key" not in data.info["columns"]


@pytest.mark.parametrize(
    "document",
    [
        {"prompt": ["a", "b"], "response": ["c", "d"], "score": [1, 2]},
        {"prompt": [["a"], ["b"]], "response": [["c"], ["d"]]},
        {"prompt": ["x" * 1000] * 1500, "response": ["y"] * 1500, "label": ["z"] * 1500},
    ],
)
def test_parallel_lists_are_refused_with_a_reason(document: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="column by column.*orient='records'"):
        Opened(tmp_path, ("a.json", json.dumps(document)))


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.ndjson"])
def test_a_conversation_per_line_is_a_bare_list(name: str, tmp_path: Path) -> None:
    data = Opened(tmp_path, (name, "".join(json.dumps(turns) + "\n" for turns in (TURNS, TURNS[:1], TURNS))))
    assert (data.info["format"], data.info["rows"], data.problems) == ("chat", 3, [])
    assert data["response"] == ["yo", None, "yo"] and data["source_record"][1] == json.dumps(TURNS[:1])
    assert "a bare list, not an object, in 3 rows" in data.sentences


def test_a_list_of_conversations_and_lists_of_texts(tmp_path: Path) -> None:
    data = Opened(tmp_path / "a", ("a.json", json.dumps([TURNS, TURNS], indent=1)))
    assert data["response"] == ["yo", "yo"]
    data = Opened(tmp_path / "b", ("a.jsonl", '["q1","a1"]\n["q2","a2","q3"]\n[1]\n[]\n'))
    assert data["prompt"] == ["q1", "q2"] and [problem["line"] for problem in data.problems] == [3, 4]


@pytest.mark.parametrize("between", ["", " ", "\n", "\n\n", ",", ",\n"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.data"])
def test_values_one_after_another(between: str, indent: Any, name: str, tmp_path: Path) -> None:
    texts = [json.dumps({"messages": TURNS, "n": n}, indent=indent) for n in range(3)]
    data = Opened(tmp_path, (name, between.join(texts)))
    assert (data["n"], data["response"], data.problems) == ([0, 1, 2], ["yo"] * 3, [])


def test_records_that_open_on_the_line_of_their_bracket(tmp_path: Path) -> None:
    text = "".join(json.dumps({"messages": TURNS, "n": n}, indent=1).replace("{\n ", "{", 1) + "\n" for n in range(3))
    assert Opened(tmp_path, ("a.jsonl", text))["n"] == [0, 1, 2]


@pytest.mark.parametrize("container", ["jsonl", "json"])
def test_whole_numbers_of_any_size_keep_their_digits_at_any_nesting(container: str, tmp_path: Path) -> None:
    record = {"text": "a", "x": {"id": 2**64 + 1, "l": [[-(2**63) - 1]], "n": {"n": 10**40}}}
    records = [record, {"text": "b 18446744073709551617", "x": {"id": 1.5, "l": [], "n": {}}}]
    text = json.dumps(records) if container == "json" else "".join(json.dumps(one) + "\n" for one in records)
    data = Opened(tmp_path, (f"a.{container}", text))
    assert json.loads(data["x"][0]) == record["x"]
    assert str(2**64 + 1) in data["x"][0] and str(10**40) in data["x"][0]


def test_digits_in_tool_calls_and_in_json_text_stay(tmp_path: Path) -> None:
    calls = [{"type": "function", "function": {"name": "f", "arguments": {"n": 2**64 + 3}}}]
    turns = [
        {"role": "user", "content": "q", "ref": 2**70},
        {"role": "assistant", "content": None, "tool_calls": calls},
    ]
    for name, value in (("a.jsonl", turns), ("b.jsonl", json.dumps(turns))):
        data = Opened(tmp_path / name, (name, json.dumps({"messages": value})))
        read = data.rows["messages"][0].to_list()
        assert json.loads(read[1]["tool_calls"]) == calls and json.loads(read[0]["extra"]) == {"ref": 2**70}


def test_separators_of_unicode_end_no_line(tmp_path: Path) -> None:
    texts = ["a\u2028b", "c\u2029d", "e\x85f", "g\x0bh\x0ci\x1cj"]
    text = "".join(json.dumps({"text": one}, ensure_ascii=False) + "\n" for one in texts)
    assert Opened(tmp_path / "a", ("a.jsonl", text))["text"] == texts
    assert Opened(tmp_path / "b", ("a.csv", "text,n\n" + "".join(f"{one},1\n" for one in texts)))["text"] == texts
    assert Opened(tmp_path / "c", ("a.txt", "\n".join(texts)))["text"] == texts


@pytest.mark.parametrize("spaced", [False, True])
def test_a_key_that_stands_twice_is_noted(spaced: bool, tmp_path: Path) -> None:
    colon = ": " if spaced else ":"
    lines = [
        '{"text":"a","text":"b"}',
        '{"text":"c","o":{"k":1,"k":2}}',
        '{"text":"no \\"key\\":","o":{"k":[{"k":1}]}}',
    ]
    data = Opened(tmp_path, ("a.jsonl", "\n".join(line.replace(":", colon, 1) for line in lines)))
    notes = [(n["field"], n["rows"]) for n in data.info["notes"] if n["kind"] == "repeated_key"]
    assert sorted(notes) == [("k", 1), ("text", 1)] and data["text"][:2] == ["b", "c"]


def test_arrays_of_json_still_give_their_row_ids(tmp_path: Path) -> None:
    ids = []
    for name, text in (("a.jsonl", '{"text":"a"}\n{"text":"b"}\n'), ("b.json", '[{"text":"a"},{"text":"b"}]')):
        Opened(tmp_path / name, (name, text))
        ids.append(pl.read_parquet(tmp_path / name / "imported" / "ids.parquet")["row_id"].to_list())
    assert ids[0] == ids[1]
