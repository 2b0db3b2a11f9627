"""Files that trainers take: LLaMA-Factory, ms-swift, axolotl, TRL, verl."""

from __future__ import annotations

import json

import pytest

from analysis.export import ExportRequest, export
from analysis.formats.layouts.alpaca_history import ALPACA_HISTORY
from analysis.workspace import Workspace
from tests.formats.leaf_texts import Opened, missing_texts, turn, write

CALL = {"id": "c1", "type": "function", "function": {"name": "tide", "arguments": '{"port":"P1"}'}}
CALL_TEXT = '[{"id":"c1","type":"function","function":{"name":"tide","arguments":"{\\"port\\":\\"P1\\"}"}}]'

# LLaMA-Factory and ms-swift

HISTORY = {
    "instruction": "And in winter?",
    "input": "",
    "output": "It snows.",
    "system": "You know the weather.",
    "history": [["How is summer?", "Hot."], ["And autumn?", "Windy."]],
}
HISTORY_TURNS = [
    turn("user", "How is summer?"),
    turn("assistant", "Hot."),
    turn("user", "And autumn?"),
    turn("assistant", "Windy."),
    turn("user", "And in winter?"),
    turn("assistant", "It snows."),
]


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet", ".csv"])
def test_alpaca_with_history(read_file, suffix):
    opened = read_file([HISTORY] * 2, suffix)
    assert opened.layouts == {"alpaca_history": 2} and opened.info["format"] == "chat"
    assert opened.turns() == [HISTORY_TURNS] * 2 and opened.canonical("n_turns") == [6, 6]
    assert opened.canonical("system") == ["You know the weather."] * 2
    assert opened.canonical("response") == ["It snows."] * 2
    assert not missing_texts(HISTORY, opened, 0, only_canonical=True)


def test_what_winnow_writes_as_alpaca_reads_back_the_same(tmp_path):
    path = write([HISTORY, {**HISTORY, "system": "Be dry."}], tmp_path / "source.jsonl")
    dataset = Workspace(tmp_path / "home").open([path])
    result = export(dataset, ExportRequest(to="alpaca"), tmp_path / "out")
    [written] = [file for file in result.folder.iterdir() if file.suffix == ".jsonl"]
    again = Opened(written, tmp_path / "again")
    assert again.layouts == {"alpaca_history": 2} and again.turns() == [HISTORY_TURNS] * 2
    assert again.canonical("system") == ["You know the weather.", "Be dry."]


def test_alpaca_with_history_under_other_names(read_file):
    records = [
        {"query": "B?", "response": "b", "history": [["A?", "a"]], "tools": '[{"name": "f"}]'},
        {"prompt": "B?", "query": "Now.", "response": "b", "history": [{"prompt": "A?", "response": "a"}]},
        {"question": "B?", "answer": "b", "history": [["A?", None]]},
        {"instruction": "B?", "input": "Now.", "output": "b", "history": [{"user": "A?", "assistant": "a"}]},
        {"instruction": "B?", "input": " ", "output": "b", "history": []},
        {"instruction": "B?", "input": "Now.", "output": "b", "history": None},
    ]
    opened = read_file(records)
    assert opened.layouts == {"alpaca_history": 4, "instruction": 2}
    asked, answered = [turn("user", "A?"), turn("assistant", "a")], turn("assistant", "b")
    assert opened.turns()[:4] == [
        [*asked, turn("user", "B?"), answered],
        [*asked, turn("user", "B?\n\nNow."), answered],
        [turn("user", "A?"), turn("user", "B?"), answered],
        [*asked, turn("user", "B?\n\nNow."), answered],
    ]
    assert opened.canonical("prompt")[4:] == ["B?", "B?\n\nNow."] and opened.canonical("response") == ["b"] * 6
    assert opened.canonical("tools")[0] == '[{"name": "f"}]'


@pytest.mark.parametrize("history", ["none", [1, 2], [["a"]], [["a", "b", "c"]], [[1, "b"]], {"a": "b"}, [{"x": "y"}]])
def test_what_is_no_history_is_kept(read_file, history):
    record = {"instruction": "B?", "output": "b", "history": history}
    assert ALPACA_HISTORY.rows_of(record) is None
    opened = read_file([record])
    assert opened.canonical("response") == ["b"] and not missing_texts(record, opened, 0)


def test_alpaca_with_history_and_a_mark(read_file):
    records = [{**HISTORY, "kto_tag": True}, {**HISTORY, "kto_tag": False}]
    opened = read_file(records)
    assert opened.layouts == {"alpaca_history_kto": 2} and opened.info["format"] == "kto"
    assert opened.info["roles"]["label"] == "kto_tag" and opened.turns() == [HISTORY_TURNS] * 2


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet"])
def test_a_ranked_list_of_answers_is_a_pair(read_file, suffix):
    records = [{"instruction": f"Gate {n}?", "input": "", "output": [f"Left {n}.", "Dunno."]} for n in range(3)]
    opened = read_file(records, suffix)
    assert opened.layouts == {"alpaca_ranking": 3} and opened.info["format"] == "preference"
    assert opened.canonical("prompt") == ["Gate 0?", "Gate 1?", "Gate 2?"]
    assert opened.canonical("response") == ["Left 0.", "Left 1.", "Left 2."]
    assert opened.canonical("rejected") == ["Dunno."] * 3
    assert opened.turns() == [None] * 3


def test_ranked_lists_of_other_lengths_and_with_history(read_file):
    records = [
        {"instruction": "A?", "input": "Now.", "output": ["1", "2", "3"], "system": "S"},
        {"instruction": "B?", "output": ["1", "2"], "history": [["A?", "a"]]},
        {"instruction": "C?", "output": ["only"]},
        {"instruction": "D?", "output": "text"},
        {"prompt": "E?", "ranked_responses": ["1", "2"]},
    ]
    opened = read_file(records)
    assert opened.layouts == {"alpaca_ranking": 3, "instruction": 2}
    assert opened.canonical("prompt") == ["A?\n\nNow.", "B?", "C?", "D?", "E?"]
    assert opened.canonical("response") == ["1", "1", "only", "text", "1"]
    assert opened.canonical("rejected") == ["3", "2", None, None, "2"]
    assert opened.turns()[1] == [
        turn("user", "A?"),
        turn("assistant", "a"),
        turn("user", "B?"),
        turn("assistant", "1"),
    ]
    assert opened.canonical("system") == ["S", None, None, None, None]
    assert not missing_texts(records[0], opened, 0) and opened.rows[0]["output"] == '["1","2","3"]'


def test_several_answers_that_are_not_ranked_are_neither_a_pair_nor_one_text(read_file):
    opened = read_file([{"question": "Capital?", "answers": ["Paris", "paris"]}] * 2)
    assert opened.layouts == {"instruction": 2} and opened.canonical("response") == ['["Paris","paris"]'] * 2
    text = [{"instruction": "A list.", "input": "", "output": '["a", "b"]'}] * 2
    assert read_file(text).canonical("response") == ['["a", "b"]'] * 2


def test_alpaca_pairs(read_file):
    plain = {"instruction": "A?", "input": "Now.", "chosen": "y", "rejected": "n", "system": "S"}
    opened = read_file([plain] * 2)
    assert opened.layouts == {"preference": 2} and opened.canonical("prompt") == ["A?\n\nNow."] * 2
    assert opened.canonical("system") == ["S"] * 2
    opened = read_file([{**plain, "history": [["Z?", "z"]]}, {**plain, "history": []}])
    assert opened.layouts == {"alpaca_preference": 1, "preference": 1}
    assert opened.canonical("prompt") == ["A?\n\nNow."] * 2 and opened.canonical("rejected") == ["n", "n"]
    assert [len(turns or ()) for turns in opened.turns()] == [4, 0]


def test_sharegpt_pairs_and_marks(read_file):
    asked = [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}, {"from": "human", "value": "Tide?"}]
    pair = {
        "conversations": asked,
        "chosen": {"from": "function_call", "value": '{"name": "tide", "arguments": {}}'},
        "rejected": {"from": "gpt", "value": "No."},
        "tools": '[{"name": "tide"}]',
        "system": "S",
    }
    opened = read_file([pair] * 2)
    assert opened.layouts == {"preference": 2} and opened.canonical("prompt") == ["Tide?"] * 2
    assert opened.turns()[0][3:] == [turn("assistant", tool_calls='{"name": "tide", "arguments": {}}')]
    assert opened.turns("messages_rejected")[0] == [turn("assistant", "No.")]
    assert opened.canonical("tools") == ['[{"name": "tide"}]'] * 2 and opened.canonical("system") == ["S"] * 2
    marked = read_file([{"conversations": asked[:2], "kto_tag": n == 0, "images": ["a.png"]} for n in range(2)])
    assert marked.info["format"] == "kto" and marked.info["roles"]["label"] == "kto_tag"
    assert marked.rows[0]["images"] == ["a.png"]


def test_swift_pairs(read_file):
    chat = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "good"}]
    records = [
        {"messages": chat, "rejected_response": "bad"},
        {"messages": chat, "rejected_messages": [{"role": "assistant", "content": "bad"}], "system": "S"},
        {"messages": chat, "rejected_response": None},
        {"messages": chat[:1], "rejected_response": "bad"},
    ]
    opened = read_file(records)
    assert opened.layouts == {"chat": 2, "swift_preference": 2}
    assert opened.canonical("response") == ["good", "good", "good", None]
    assert opened.canonical("rejected") == ["bad", "bad", None, None]
    assert opened.canonical("prompt") == ["Q"] * 4 and not missing_texts(records[3], opened, 3)


# axolotl


def test_axolotl_turns_that_are_trained_in_part(read_file):
    places = [{"begin_offset": 0, "end_offset": 3, "train": False}, {"begin_offset": 4, "end_offset": 8, "train": True}]
    chat = [
        {"from": "system", "value": "S", "train": False},
        {"from": "human", "value": "H", "train": True},
        {"from": "assistant", "value": "Very well.", "train_detail": places},
        {"from": "assistant", "value": "No.", "train_detail": places[:1]},
        {"from": "assistant", "value": "Well.", "train_detail": []},
    ]
    opened = read_file([{"conversations": chat}] * 2)
    turns = opened.turns()[0]
    assert [message.get("trains") for message in turns] == [False, True, True, False, None]
    assert json.loads(turns[2]["extra"]) == {"train_detail": places}


@pytest.mark.parametrize(
    ("record", "prompt", "response"),
    [
        ({"INSTRUCTION": "A?", "RESPONSE": "a"}, "A?", "a"),
        ({"instruction": "A?", "input": "Now.", "response": "a"}, "A?\n\nNow.", "a"),
        ({"instruction": "A?", "input": "", "output": "a", "reflection": "r", "corrected": "c"}, "A?", "a"),
        ({"question": "A?", "choices": ["a", "b"], "solution": "a"}, "A?", "a"),
        ({"question": "A?", "choices": ["a", "b"], "explanation": "Since a."}, "A?", "Since a."),
        ({"article": "Long.", "summary": "Short."}, "Long.", "Short."),
        ({"article": "Long.", "question": "A?", "answer": "a"}, "A?\n\nLong.", "a"),
        ({"context": "Long.", "question": "A?", "answer": "a"}, "A?\n\nLong.", "a"),
        ({"message_1": "A?", "message_2": "a"}, "A?", "a"),
        ({"system_prompt": "S", "question": "A?", "response": "a"}, "A?", "a"),
        ({"instruction": "A?", "revision": "a"}, "A?", "a"),
        ({"prompt": "A?", "generation": "a"}, "A?", "a"),
    ],
)
def test_variants_of_alpaca(read_file, record, prompt, response):
    opened = read_file([record] * 2)
    assert opened.layouts == {"instruction": 2}
    assert (opened.canonical("prompt"), opened.canonical("response")) == ([prompt] * 2, [response] * 2)
    assert not missing_texts(record, opened, 0)


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet"])
def test_segments(read_file, suffix):
    segments = [
        {"label": True, "text": "<s>Hello\n"},
        {"label": False, "text": "bye "},
        {"label": True, "text": "!</s>"},
    ]
    opened = read_file([{"segments": segments, "id": n} for n in range(2)], suffix)
    assert opened.layouts == {"segments": 2} and opened.canonical("text") == ["<s>Hello\nbye !</s>"] * 2
    assert json.loads(opened.rows[0]["segments"]) == segments


def test_segments_of_time_are_a_table(read_file):
    record = {"segments": [{"start": 0.5, "text": "Hello"}]}
    opened = read_file([record])
    assert opened.layouts == {"table": 1} and not missing_texts(record, opened, 0)


# TRL

USER = {"role": "user", "content": "Sky?"}
BLUE, GREEN = {"role": "assistant", "content": "Blue."}, {"role": "assistant", "content": "Green."}


def test_trl_prompts_and_completions(read_file):
    only = read_file([{"prompt": [USER]}] * 2)
    assert only.layouts == {"chat": 2} and only.turns() == [[turn("user", "Sky?")]] * 2
    pair = read_file([{"prompt": [USER], "completion": [{**BLUE, "weight": 0}]}] * 2)
    assert pair.turns() == [[turn("user", "Sky?"), turn("assistant", "Blue.", trains=False)]] * 2
    mixed = read_file([{"prompt": [USER], "response": "Blue."}] * 2)
    assert mixed.turns() == [[turn("user", "Sky?"), turn("assistant", "Blue.")]] * 2
    checked = read_file([{"prompt": [USER], "answer": "Blue."}] * 2)
    assert checked.turns() == [[turn("user", "Sky?")]] * 2 and checked.rows[0]["answer"] == "Blue."


def test_trl_unpaired(read_file):
    opened = read_file([{"prompt": [USER], "completion": [BLUE], "label": n == 0} for n in range(2)])
    assert opened.info["format"] == "kto" and opened.info["roles"]["label"] == "label"
    assert opened.canonical("response") == ["Blue."] * 2


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet", ".csv"])
def test_trl_pairs_of_several_turns(read_file, suffix):
    more = {"role": "user", "content": "Sure?"}
    record = {"prompt": [USER], "chosen": [BLUE, more, BLUE], "rejected": [GREEN, more, GREEN]}
    opened = read_file([record] * 2, suffix)
    assert opened.layouts == {"preference": 2}
    assert (opened.canonical("prompt"), opened.canonical("prompts_differ")) == (["Sky?"] * 2, [False] * 2)
    assert opened.canonical("response") == ["Blue."] * 2 and opened.canonical("rejected") == ["Green."] * 2
    sure = turn("user", "Sure?")
    assert opened.turns()[0] == [
        turn("user", "Sky?"),
        turn("assistant", "Blue."),
        sure,
        turn("assistant", "Blue."),
    ]
    assert opened.turns("messages_rejected")[0] == [turn("assistant", "Green."), sure, turn("assistant", "Green.")]
    assert opened.canonical("prompt_turns") == [1, 1]


def test_trl_pairs_without_a_prompt_of_their_own(read_file):
    more = {"role": "user", "content": "Sure?"}
    records = [
        {"chosen": [USER, BLUE], "rejected": [USER, GREEN]},
        {"chosen": [USER, BLUE, more, BLUE], "rejected": [USER, BLUE, more, GREEN]},
        {"chosen": [USER, BLUE, more, BLUE], "rejected": [USER, GREEN]},
        {"chosen": [USER, BLUE], "rejected": [more, GREEN]},
        {"chosen": [USER, BLUE, more, BLUE], "rejected": [USER, BLUE, USER, GREEN]},
        {"chosen": [USER, BLUE], "rejected": None},
    ]
    opened = read_file(records)
    assert opened.canonical("prompt") == ["Sky?", "Sure?", "Sky?", "Sky?", "Sure?", "Sky?"]
    assert opened.canonical("prompts_differ") == [False, False, False, True, True, False]
    assert opened.canonical("prompt_turns") == [1, 3, 1, 0, 2, 0]


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv"])
def test_trl_pairs_with_calls(read_file, suffix):
    other = {**CALL, "function": {"name": "weather", "arguments": "{}"}}
    record = {
        "prompt": [USER],
        "chosen": [{"role": "assistant", "content": None, "tool_calls": [CALL]}],
        "rejected": [{"role": "assistant", "tool_calls": [other]}],
    }
    opened = read_file([record] * 2, suffix)
    assert opened.layouts == {"preference": 2} and opened.canonical("response") == [None] * 2
    assert opened.turns()[0] == [turn("user", "Sky?"), turn("assistant", tool_calls=CALL_TEXT)]
    assert "weather" in opened.turns("messages_rejected")[0][0]["tool_calls"]
    assert opened.canonical("prompts_differ") == [False] * 2


def test_trl_images(read_file):
    asked = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}
    answered = {"role": "assistant", "content": [{"type": "text", "text": "Sky."}]}
    opened = read_file([{"images": ["a.png"], "prompt": [asked], "completion": [answered]}] * 2)
    assert opened.turns()[0] == [
        turn("user", "What?", parts='[{"type":"image"},{"type":"text"}]'),
        turn("assistant", "Sky.", parts='[{"type":"text"}]'),
    ]
    assert opened.rows[0]["images"] == ["a.png"]


@pytest.mark.parametrize("answer", ['{"author": "Jane", "text": "x"}', '[{"speaker": "A", "text": "x"}]', "[1, 2]"])
def test_an_answer_that_is_json_but_no_message_stays_a_text(read_file, answer):
    opened = read_file([{"prompt": "p", "chosen": answer, "rejected": "n"}] * 2)
    assert opened.canonical("response") == [answer] * 2 and opened.turns() == [None] * 2


# verl


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet"])
def test_verl(read_file, suffix):
    records = [
        {
            "data_source": "openai/gsm8k",
            "prompt": [{"role": "user", "content": f"{n}+2?"}],
            "ability": "math",
            "reward_model": {"style": "rule", "ground_truth": str(n + 2)},
            "extra_info": {"split": "train", "index": n, "answer": "Two more."},
        }
        for n in range(2)
    ]
    opened = read_file(records, suffix)
    assert opened.layouts == {"verl": 2} and opened.canonical("prompt") == ["0+2?", "1+2?"]
    assert [row["ground_truth"] for row in opened.rows] == ["2", "3"]
    assert opened.canonical("response") == [None, None] and opened.info["roles"]["source"] == "data_source"
    assert not missing_texts(records[0], opened, 0)


def test_verl_with_other_truths(read_file):
    prompt = [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}]
    truths = [["a", "b"], {"target": 24}, 7]
    opened = read_file([{"prompt": prompt, "reward_model": {"ground_truth": truth}} for truth in truths])
    assert opened.layouts == {"verl": 3} and opened.canonical("system") == ["S"] * 3
    assert [json.loads(row["ground_truth"]) for row in opened.rows] == truths
    plain = read_file([{"prompt": "Q", "ground_truth": "4"}] * 2)
    assert plain.layouts == {"instruction": 2} and plain.rows[0]["ground_truth"] == "4"
