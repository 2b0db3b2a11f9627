"""Files of function calls: Hermes, xLAM and Glaive."""

from __future__ import annotations

import json

import pytest

from analysis.formats.layouts.xlam import XLAM
from tests.formats.leaf_texts import missing_texts, turn

# Hermes


def test_hermes_keeps_its_text(read_file):
    call = '<tool_call>\n{"name": "tide", "arguments": {"port": 1}}\n</tool_call>'
    pairs = [
        ("system", "You may call <tools>[]</tools>"),
        ("human", "Tide?"),
        ("gpt", call),
        ("tool", "<tool_response>\n04:10\n</tool_response>"),
        ("gpt", "At 04:10."),
    ]
    roles = ("system", "user", "assistant", "tool", "assistant")
    expected = [turn(role, text) for role, (_, text) in zip(roles, pairs, strict=True)]
    sharegpt = {"conversations": [{"from": who, "value": text} for who, text in pairs], "category": "harbour"}
    openai = {
        "messages": [{"role": role, "content": turn_["content"]} for role, turn_ in zip(roles, expected, strict=True)]
    }
    for record in (sharegpt, openai):
        opened = read_file([record] * 2)
        assert opened.turns() == [expected] * 2 and opened.canonical("response") == ["At 04:10."] * 2


# xLAM

TOOLS = '[{"name": "weather", "description": "weather", "parameters": {"town": {"type": "str"}}}]'
ANSWERS = '[{"name": "weather", "arguments": {"town": "T1"}}, {"name": "clock", "arguments": {"town": "T1"}}]'


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet", ".csv"])
def test_xlam(read_file, suffix):
    records = [{"id": n, "query": f"Weather {n}?", "answers": ANSWERS, "tools": TOOLS} for n in range(2)]
    opened = read_file(records, suffix)
    assert opened.layouts == {"xlam": 2} and opened.info["format"] == "chat"
    assert opened.turns()[1] == [turn("user", "Weather 1?"), turn("assistant", tool_calls=ANSWERS)]
    assert opened.canonical("tools") == [TOOLS] * 2 and opened.canonical("response") == [None] * 2
    assert not missing_texts(records[0], opened, 0, only_canonical=True)


def test_xlam_under_other_names_and_as_lists(read_file):
    calls = [{"name": "weather", "parameters": {"town": "T1"}}]
    records = [
        {"question": "Weather?", "function_calls": calls, "functions": json.loads(TOOLS), "system": "S"},
        {"instruction": "Weather?", "output": json.dumps(calls), "tools": TOOLS},
        {"query": "Hello?", "answers": "[]", "tools": TOOLS},
    ]
    opened = read_file(records)
    assert opened.layouts == {"xlam": 3} and opened.canonical("prompt") == ["Weather?", "Weather?", "Hello?"]
    assert [json.loads(turns[1]["tool_calls"]) for turns in opened.turns()] == [calls, calls, []]
    assert [json.loads(tools) for tools in opened.canonical("tools")] == [json.loads(TOOLS)] * 3
    assert opened.canonical("system") == ["S", None, None]


@pytest.mark.parametrize(
    "record",
    [
        {"query": "Q", "answers": "It rains.", "tools": TOOLS},
        {"query": "Q", "answers": '["rain"]', "tools": TOOLS},
        {"query": "Q", "answers": '[{"name": "Rain"}]', "tools": TOOLS},
        {"query": "Q", "answers": ANSWERS},
        {"query": "Q", "answers": ANSWERS, "tools": "hammer"},
        {"query": ["Q"], "answers": ANSWERS, "tools": TOOLS},
    ],
)
def test_what_is_no_call_of_a_function(read_file, record):
    assert XLAM.rows_of(record) is None
    assert not missing_texts(record, read_file([record]), 0)


# Glaive

FUNCTION = '{\n    "name": "toss",\n    "description": "toss a coin",\n    "parameters": {}\n}'
HEAD = "You are a helpful assistant with access to the following functions. Use them if required -"
CHAT = (
    'USER: Please toss a coin.\n\n\nASSISTANT: <functioncall> {"name": "toss", "arguments": \'{"n": 1}\'} '
    '<|endoftext|>\n\n\nFUNCTION RESPONSE: {"side": "heads"}\n\n\nASSISTANT: It shows heads. <|endoftext|>\n\n\n'
)
END = '{"end":"<|endoftext|>"}'
CHAT_TURNS = [
    turn("user", "Please toss a coin."),
    turn("assistant", tool_calls='[{"name":"toss","arguments":"{\\"n\\": 1}"}]', extra=END),
    turn("tool", '{"side": "heads"}'),
    turn("assistant", "It shows heads.", extra=END),
]


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".parquet", ".csv"])
def test_glaive_two(read_file, suffix):
    record = {"system": f"SYSTEM: {HEAD}\n{FUNCTION}\n", "chat": CHAT}
    opened = read_file([record] * 2, suffix)
    assert opened.layouts == {"glaive_v2": 2} and opened.turns() == [CHAT_TURNS] * 2
    assert opened.canonical("system") == [HEAD] * 2
    assert json.loads(opened.canonical("tools")[0]) == [json.loads(FUNCTION)]
    assert (opened.canonical("prompt")[0], opened.canonical("response")[0]) == (
        "Please toss a coin.",
        "It shows heads.",
    )
    assert not missing_texts(record, opened, 0)


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n"])
def test_glaive_one(read_file, gap):
    sample = f'SYSTEM: {HEAD}\n{FUNCTION}\n\n{{"name": "clock"}}{gap}' + CHAT.replace("\n\n\n", gap)
    opened = read_file([{"sample": sample}] * 2)
    assert opened.layouts == {"glaive_v1": 2} and opened.turns() == [CHAT_TURNS] * 2
    assert opened.canonical("system") == [HEAD] * 2
    assert json.loads(opened.canonical("tools")[0]) == [json.loads(FUNCTION), {"name": "clock"}]


def glaive(read_file, chat: str, system: str = "SYSTEM: Be kind."):
    return read_file([{"system": system, "chat": chat}])


def test_glaive_without_functions(read_file):
    opened = glaive(read_file, "USER: Hi\n\n\nASSISTANT: Hello. <|endoftext|>\n\n\nUSER: Bye\n\n\nASSISTANT: Bye.")
    assert opened.canonical("system") == ["Be kind."] and opened.canonical("tools") == [None]
    assert opened.turns()[0] == [
        turn("user", "Hi"),
        turn("assistant", "Hello.", extra=END),
        turn("user", "Bye"),
        turn("assistant", "Bye."),
    ]
    assert glaive(read_file, "USER: Hi\n\nASSISTANT: Yo", "Be kind.").canonical("system") == ["Be kind."]


def test_glaive_with_a_text_before_a_call_and_several_calls(read_file):
    chat = (
        'USER: Two, please.\n\nASSISTANT: I toss. <functioncall> {"name": "toss", "arguments": \'{}\'} '
        '<functioncall> {"name": "toss", "arguments": {"n": 2}} <|endoftext|>'
    )
    opened = glaive(read_file, chat)
    assert opened.turns()[0][1] == turn(
        "assistant",
        "I toss.",
        tool_calls='[{"name":"toss","arguments":"{}"},{"name":"toss","arguments":{"n":2}}]',
        extra=END,
    )


def test_glaive_keeps_what_is_no_json_and_what_is_inside_a_text(read_file):
    chat = (
        "USER: It's USER: inside, and <|endoftext|> too.\nASSISTANT: <functioncall> toss(1) <|endoftext|>\n"
        'ASSISTANT: <functioncall> {"name": "say", "arguments": \'{"text": "it\'s\\nfine"}\'} <|endoftext|>'
    )
    system = f"SYSTEM: {HEAD}\n{{not JSON}}\nEnd."
    opened = glaive(read_file, chat, system)
    turns = opened.turns()[0]
    assert turns[0] == turn("user", "It's USER: inside, and <|endoftext|> too.")
    assert turns[1] == turn("assistant", tool_calls="toss(1)", extra=END)
    assert json.loads(turns[2]["tool_calls"])[0]["arguments"] == '{"text": "it\'s\\nfine"}'
    assert opened.canonical("system") == [f"{HEAD}\n{{not JSON}}\nEnd."] and opened.canonical("tools") == [None]


@pytest.mark.parametrize("chat", ["Just a text.", "He asked. USER: what", ""])
def test_a_chat_column_that_is_no_glaive_text(read_file, chat):
    record = {"system": "S", "chat": chat, "id": 1}
    assert not missing_texts(record, read_file([record]), 0)
    assert "glaive_v2" not in read_file([record]).layouts
