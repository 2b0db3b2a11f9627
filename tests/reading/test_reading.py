"""What does the reader show of one row, and does it mark just what is to be marked?"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ViewError
from analysis.formats.chats import messages_of
from analysis.reading.marks import Span, search_spans, utf16_spans, word_diff, word_difference
from analysis.reading.payload import Hit, payload, within_budget
from analysis.reading.row_texts import metadata_fields, sections_of
from ui.components.reader import Change, place_in, read_log

TEXT = st.text(alphabet=st.sampled_from("aB b.é€ßĳ中\n\U0001f600\u202e$(")) | st.text()


def said(text: str, spans: list[Span]) -> list[str]:
    return [text[start:end] for start, end, _, _ in spans]


def kinds(row: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    return [(section.kind, section.text) for section in sections_of(row)[1]]


@given(TEXT, st.lists(st.tuples(st.integers(-2, 40), st.integers(-2, 40))))
def test_utf16_spans_cut_the_same_text_as_code_points(text: str, bounds: list[tuple[int, int]]) -> None:
    units = text.encode("utf-16-le", "surrogatepass")
    got = [
        units[2 * a : 2 * b].decode("utf-16-le", "surrogatepass")
        for a, b, _, _ in utf16_spans(text, [(a, b, "x", "") for a, b in bounds])
    ]
    inside = sorted((max(0, a), min(len(text), b)) for a, b in bounds)
    assert got == [text[a:b] for a, b in inside if a < b]


def test_an_emoji_counts_two_units() -> None:
    assert utf16_spans("😀ab", [(1, 3, "hit", "t"), (0, 1, "pii", "u")]) == [(0, 2, "pii", "u"), (2, 4, "hit", "t")]


@given(TEXT, st.text(alphabet=st.sampled_from("aBé€中\n\U0001f600.$("), min_size=1, max_size=3))
def test_a_literal_search_marks_what_the_text_says_there(text: str, needle: str) -> None:
    found = said(text, search_spans(text, "has", needle))
    assert all(hit.lower() == needle.lower() for hit in found)
    assert len(found) >= min(text.count(needle), 500)


@pytest.mark.parametrize(
    ("text", "kind", "needle", "expected"),
    [
        ("A.b a.B axb", "has", "a.b", ["A.b", "a.B"]),
        ("cat Cat concat cat's", "word", "cat", ["cat", "Cat", "cat"]),
        ("😀 ab12 cd3", "re", r"\d+", ["12", "3"]),
        ("x\U0010ffff1\U0010fffe2", "re", r"\d", ["1", "2"]),
        ("aaa", "re", "b*", []),
        ("${0} $1", "has", "${0}", ["${0}"]),
        ("Straße STRASSE ÉTÉ été", "has", "été", ["ÉTÉ", "été"]),
        ("", "has", "a", []),
        ("a", "has", "", []),
    ],
)
def test_search_spans(text: str, kind: str, needle: str, expected: list[str]) -> None:
    assert said(text, search_spans(text, kind, needle)) == expected


def test_a_search_stops_at_500_hits_and_a_hostile_pattern_costs_nothing() -> None:
    assert len(search_spans("a " * 2_000, "has", "a")) == 500
    began = time.process_time()
    search_spans("a" * 20_000 + "!", "re", "(a+)+$")
    assert time.process_time() - began < 2
    with pytest.raises(ViewError, match="unclosed group"):
        search_spans("a", "re", "(")


def test_word_diff_marks_the_words_of_one_side() -> None:
    chosen, rejected = "Tiny molecules scatter blue light 🙂.", "The big molecules scatter red light 🙂."
    adds, dels = word_diff(chosen, rejected)
    assert said(chosen, adds) == ["Tiny", "blue"]
    assert said(rejected, dels) == ["The big", "red"]
    assert {span[2] for span in adds} == {"add"} and {span[2] for span in dels} == {"del"}


def test_the_share_of_words_in_common_counts_the_words_of_both_texts() -> None:
    assert word_difference("a b c d", "x c y").common_share == pytest.approx(2 * 1 / 7)
    assert word_difference("a b", "a\nb").common_share == word_difference("", "").common_share == 1
    assert word_difference("a", "b").common_share == 0


def test_word_diff_of_equal_texts_and_of_nothing() -> None:
    assert word_diff("a b  c", "a b\nc") == ([], [])
    assert word_diff("", "a") == ([], [(0, 1, "del", "only in rejected")])
    assert said("今天天气好", word_diff("今天天气好", "今天天气坏")[0]) == ["好"]
    assert said("a b c d", word_diff("a b c d", "x c y")[0]) == ["a b", "d"]


@given(st.lists(st.sampled_from("abcde")), st.lists(st.sampled_from("abcde")), st.sampled_from([2, 3, 10_000]))
def test_what_word_diff_leaves_unmarked_is_the_same_on_both_sides(a: list[str], b: list[str], most: int) -> None:
    chosen, rejected = " ".join(a), " ".join(b)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.reading.marks.WINDOW_WORDS", most)
        marked = word_diff(chosen, rejected)
    left = []
    for text, spans in zip((chosen, rejected), marked, strict=True):
        for start, end, _, _ in spans:
            text = text[:start] + " " * (end - start) + text[end:]
        left.append(text.split())
    assert left[0] == left[1]


def test_word_diff_of_long_texts_takes_no_seconds_and_still_sees_one_word() -> None:
    rng = random.Random(0)
    words = rng.choices([f"w{i}" for i in range(20_000)], [1 / (i + 1) for i in range(20_000)], k=30_000)
    other = [*words[:15_000], "planted", *words[15_000:20_000], "second", *words[20_000:]]
    began = time.process_time()
    adds, dels = word_diff(" ".join(words), " ".join(other))
    rng.shuffle(other)
    word_diff(" ".join(words), " ".join(other))
    word_diff("a b " * 20_000, "b a c " * 20_000)
    assert time.process_time() - began < 4
    assert adds == [] and len(dels) == 2


def test_word_diff_finds_the_words_again_after_half_a_window_of_others() -> None:
    words = [f"w{i}" for i in range(12)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.reading.marks.WINDOW_WORDS", 8)
        adds, dels = word_diff(" ".join(words), " ".join([*words[:2], *"pqrst", *words[2:]]))
    assert (adds, dels) == ([], [(6, 15, "del", "only in rejected")])


def test_an_instruction_shows_both_halves_and_says_what_is_missing() -> None:
    row = {"system": "S", "prompt": "P", "response": None}
    assert sections_of(row)[0] == "instruction"
    assert kinds(row) == [("system", "S"), ("user", "P"), ("assistant", None)]
    shown = payload(row, fields=[])["sections"]
    assert [section["is_missing"] for section in shown] == [False, False, True]


def test_a_chat_shows_every_turn_and_its_tool_calls() -> None:
    messages = [
        {"role": "user", "content": "P", "tool_calls": None},
        {"role": "assistant", "content": "", "tool_calls": '[{"name":"f"}]'},
        {"role": "tool", "content": "{}", "tool_calls": None},
        {"role": "critic", "content": "?", "tool_calls": None},
        {"role": "assistant", "content": "R", "tool_calls": None},
    ]
    row = {"messages": messages, "prompt": "P", "response": "R", "response_tokens": 7}
    shown = payload(row, fields=[], hits=[Hit("prompt", 0, 1, "pii", "NAME"), Hit("messages[4]", 0, 1, "dup", "")])
    assert shown["layout"] == "chat"
    assert [section["kind"] for section in shown["sections"]] == ["user", "tool", "tool", "tool", "assistant"]
    assert [section["title"] for section in shown["sections"]] == ["User", "Tool calls", "Tool", "critic", "Assistant"]
    assert shown["sections"][1]["text"] == '[\n  {\n    "name": "f"\n  }\n]' and shown["sections"][1]["is_code"]
    assert [section["tokens"] for section in shown["sections"]] == [None, None, None, None, 7]
    assert shown["sections"][0]["spans"] == [(0, 1, "pii", "NAME")]
    assert shown["sections"][4]["spans"] == [(0, 1, "dup", "")]


def test_a_pair_shows_the_shared_turns_once() -> None:
    messages = [{"role": "user", "content": "P"}, {"role": "assistant", "content": "good"}]
    row = {"prompt": "P", "response": "good", "rejected": "bad", "prompts_differ": True}
    for turns in (messages, None):
        shown = payload(row | {"messages": turns}, fields=[])
        assert shown["layout"] == "pair"
        assert [(s["kind"], s["text"]) for s in shown["sections"]] == [
            ("user", "P"),
            ("chosen", "good"),
            ("rejected", "bad"),
        ]
        assert shown["sections"][1]["spans"] == [(0, 4, "add", "only in chosen")]
        assert "different prompts" in shown["notes"][0]


def test_what_is_beside_the_text_of_a_message() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://x/" + "y" * 300}}
    messages = messages_of(
        [
            {"role": "developer", "content": "D"},
            {"role": "user", "name": "ann", "content": [{"type": "text", "text": "P"}, image]},
            {"role": "assistant", "content": "A", "reasoning_content": "R " * 200, "weight": 0, "note": "n"},
            {"role": "assistant", "reasoning": "only"},
            {"role": "tool", "tool_call_id": "c1", "name": "tide", "content": "T"},
        ]
    )
    assert messages is not None
    row = {"messages": [m._asdict() for m in messages], "tools": '[{"name":"tide"}]', "system": "D", "prompt": "P"}
    shown = payload(row, fields=[])["sections"]
    assert [(s["title"], s["kind"], s["folds"]) for s in shown] == [
        ("Tools", "tool", True),
        ("Developer", "system", False),
        ("User ann", "user", False),
        ("User ann: image", "user", False),
        ("Assistant, not trained on: reasoning", "assistant", True),
        ("Assistant, not trained on", "assistant", False),
        ("Assistant, not trained on: other fields", "assistant", True),
        ("Assistant: reasoning", "assistant", True),
        ("Tool tide, answers c1", "tool", False),
    ]
    assert '"url": "https://x/' in shown[3]["text"] and "… and 110 more characters" in shown[3]["text"]


def test_a_side_of_a_pair_that_is_more_than_a_text() -> None:
    call = [{"function": {"name": "tide"}}]
    answer = {"role": "assistant", "content": "no"}
    left = messages_of([{"role": "user", "content": "P"}, {"role": "assistant", "tool_calls": call}])
    right = messages_of([answer, {"role": "user", "content": "P?"}, answer])
    assert left is not None and right is not None
    row = {
        "messages": [m._asdict() for m in left],
        "messages_rejected": [m._asdict() for m in right],
        "prompt_turns": 1,
    }
    shown = payload(row | {"prompt": "P", "rejected": "no"}, fields=[])["sections"]
    assert [(s["kind"], s["text"]) for s in shown] == [
        ("user", "P"),
        ("chosen", 'Tool calls:\n[\n  {\n    "function": {\n      "name": "tide"\n    }\n  }\n]'),
        ("rejected", "Assistant:\nno\n\nUser:\nP?\n\nAssistant:\nno"),
    ]


def test_text_and_table() -> None:
    assert sections_of({"text": "T"})[0] == "text" and kinds({"text": "T"}) == [("text", "T")]
    row = {"title": "short", "body": "long " * 50}
    shown = payload(row, fields=["title", "body"])
    assert (shown["layout"], [s["title"] for s in shown["sections"]]) == ("table", ["body"])
    assert shown["meta"] == [["title", "short"]]


def test_spans_of_the_payload_are_utf16_and_searches_mark_every_section() -> None:
    shown = payload({"prompt": "😀 cat", "response": "Cat"}, fields=[], searches=[("has", "cat")])
    assert [section["spans"] for section in shown["sections"]] == [
        [(3, 6, "hit", "search: cat")],
        [(0, 3, "hit", "search: cat")],
    ]


def test_masked_personal_data_leaves_the_server_nowhere() -> None:
    row = {
        "prompt": "Mail anna@x.org now",
        "response": "To anna@x.org",
        "note": "anna@x.org",
        "source_record": '{"a":"anna@x.org"}',
    }
    shown = payload(row, fields=["note"], hits=[Hit("prompt", 5, 15, "pii", "EMAIL_ADDRESS", masked=True)])
    assert "anna" not in json.dumps(shown)
    assert shown["sections"][0]["text"] == "Mail •••••••••• now"
    assert shown["sections"][0]["spans"] == [(5, 15, "pii", "EMAIL_ADDRESS")]
    assert "hidden" in shown["raw"]["note"]
    nested = [Hit("prompt", 10, 15, masked=True), Hit("prompt", 5, 15, masked=True)]
    assert "anna" not in json.dumps(payload(row, fields=["note"], hits=nested))
    open_ = payload(row, fields=["note"], hits=[Hit("prompt", 5, 15, "pii", "EMAIL_ADDRESS")])
    assert open_["sections"][0]["text"] == row["prompt"] and open_["raw"]["text"] == '{\n  "a": "anna@x.org"\n}'


def test_values_as_people_read_them() -> None:
    row = {
        "a": None,
        "b": True,
        "c": 0.1 + 0.2,
        "d": 12345678.9,
        "e": ["x", "y"],
        "f": {"k": 1},
        "g": "z" * 600,
        "h": b"ab",
        "i": 20240101,
    }
    row |= {"prompt": "P", "source_file": "t.jsonl", "source_line": 1200}
    assert payload(row, fields=list("abcdefghi"))["meta"] == [
        ["a", None],
        ["b", "true"],
        ["c", "0.3"],
        ["d", "12345678.9"],
        ["e", "x, y"],
        ["f", '{"k":1}'],
        ["g", "z" * 500 + " … and 100 more characters"],
        ["h", "2 bytes"],
        ["i", "20240101"],
        ["file", "t.jsonl, line 1,200"],
    ]


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ('{"b":1,"a":"é"}', '{\n  "b": 1,\n  "a": "é"\n}'),
        ("not, json", "not, json"),
        ('{"a":1,"a":2}', '{"a":1,"a":2}'),
        ('{"n":123456789012345678901234567890}', '{\n  "n": 123456789012345678901234567890\n}'),
        ('{"s":"\\ud800"}', '{"s":"\\ud800"}'),
        ("[" * 100_000, "[" * 100_000),
        ('{"x": 1e400}', '{"x": 1e400}'),
    ],
)
def test_the_raw_record_loses_nothing(record: str, shown: str) -> None:
    assert payload({"source_record": record}, fields=[])["raw"] == {"text": shown, "note": None}


def test_a_raw_record_without_source_text_is_made_of_the_original_columns() -> None:
    assert payload({"a": 1, "signal": 2}, fields=[], originals=["a"])["raw"] == {"text": '{\n  "a": 1\n}', "note": None}
    assert payload({"a": 1}, fields=[])["raw"] is None


def test_a_column_is_shown_by_its_name_in_the_file() -> None:
    shown = payload(
        {"tags_original": "x"}, fields=["tags_original"], originals=["tags_original"], names={"tags_original": "tags"}
    )
    assert shown["meta"] == [["tags", "x"]] and shown["raw"]["text"] == '{\n  "tags": "x"\n}'


def test_long_texts_are_cut_and_the_rest_is_counted() -> None:
    shown = payload(
        {"text": "x" * 200_003, "source_record": "y" * 1_000_005}, fields=[], hits=[Hit("text", 199_999, 200_002)]
    )
    section = shown["sections"][0]
    assert (len(section["text"]), section["hidden"], section["spans"]) == (200_000, 3, [(199_999, 200_000, "pii", "")])
    assert len(shown["raw"]["text"]) == 1_000_000 and "5 more" in shown["raw"]["note"]


def test_a_payload_is_json() -> None:
    row = {"row_id": "1", "prompt": "P", "response": "R", "rejected": "S", "tags": ["keep"], "disputed_tags": None}
    shown = payload(row, fields=["x"], searches=[("re", "P|R")])
    assert json.loads(json.dumps(shown, allow_nan=False))["sections"][0]["spans"] == [[0, 1, "hit", "search: P|R"]]
    assert (shown["id"], shown["tags"], shown["disputed"]) == ("1", ["keep"], [])


def test_a_window_of_long_rows_is_shorter_and_keeps_the_current_row() -> None:
    rows = [{"sections": [{"text": "x" * 100}], "raw": None} for _ in range(30)]
    assert within_budget(rows, 10, 10_000) == (0, 30)
    first, end = within_budget(rows, 10, 900)
    assert end - first == 9 and first <= 10 < end and end - 10 > 10 - first
    assert within_budget(rows, 10, 1) == (10, 11)
    assert within_budget(rows, 29, 500) == (25, 30)
    assert within_budget(rows, 99, 250) == (28, 30)
    assert within_budget([], 0) == (0, 0)


def test_metadata_is_what_is_not_read_as_text() -> None:
    dataset = {
        "columns": {"instruction": "String", "output": "String", "rating": "Int64", "vector": "List", "who": "String"},
        "roles": {
            "prompt": "instruction",
            "response": "output",
            "score": "rating",
            "embedding": "vector",
            "annotator": "who",
        },
        "canonical": {"prompt": "instruction", "response": "output", "score": "rating", "system": None},
    }
    assert metadata_fields(dataset, ["response_tokens", "who"]) == ["rating", "who", "response_tokens"]


def entry(seq: int, **what: object) -> dict[str, object]:
    return {"client": "c", "seq": seq, "id": "r", "tag": "keep", "on": True, **what}


def test_a_log_gives_each_press_once() -> None:
    state = {
        "log": {
            "client": "c",
            "dataset": "d",
            "entries": [entry(1), entry(2, on=False), entry(2), entry(3, client="old")],
        }
    }
    first = read_log(state, {}, "d")
    assert [(change.client, change.seq, change.is_on) for change in first] == [
        ("c", 1, True),
        ("c", 2, False),
        ("old", 3, True),
    ]
    assert read_log(state, {"c": 1, "old": 3}, "d") == [Change("c", 2, False, "r", "keep", False)]
    assert read_log(state, {}, "another dataset") == []


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"log": 1},
        {"log": {"dataset": "d", "entries": 5}},
        {"log": {"dataset": "d", "entries": [3, {}, entry(1, id=7), entry(True), entry(1, on="yes")]}},
    ],
)
def test_a_log_of_the_wrong_shape_says_nothing(state: object) -> None:
    assert read_log(state, {}, "d") == []


def test_an_undo_may_name_nothing() -> None:
    state = {"log": {"dataset": "d", "entries": [{"client": "c", "seq": 1, "undo": True}]}}
    assert read_log(state, {}, "d") == [Change("c", 1, True, None, None, None)]


def test_a_place_counts_only_for_its_revision() -> None:
    state = {"at": {"revision": "a", "at": 7}, "want": {"revision": "a", "at": -1}}
    assert place_in(state, "at", "a") == 7
    assert [place_in(state, "at", "b"), place_in(state, "want", "a"), place_in(None, "at", "a")] == [None, None, None]
