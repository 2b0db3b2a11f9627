"""Do templates get of a row what trainers would give them?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.errors import RefusedError
from analysis.formats.columns import MESSAGE
from analysis.templates import Chat, Renderer, chat_of, find_template
from analysis.workspace import Workspace

TOOLS = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}]
NOTHING = dict.fromkeys(field.name for field in MESSAGE.fields)


def message(role: str, content: str | None = None, **more: object) -> dict[str, object]:
    return {**NOTHING, "role": role, "content": content, **more}


def calls(arguments: object) -> str:
    return json.dumps([{"id": "a", "type": "function", "function": {"name": "add", "arguments": arguments}}])


def test_a_message_has_only_what_is_there() -> None:
    row = {"messages": [message("user", "2+2?"), message("assistant", "4", reasoning="two plus two")], "tools": None}
    assert chat_of(row) == Chat(
        [
            {"role": "user", "content": "2+2?"},
            {"role": "assistant", "content": "4", "reasoning_content": "two plus two"},
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [({"a": 1}, {"a": 1}), ('{"a": 1}', {"a": 1}), ("{bad", "{bad"), ("[1]", "[1]"), (None, None), ("", "")],
)
def test_arguments_are_an_object_where_they_are_one(arguments: object, seen: object) -> None:
    row = {"messages": [message("assistant", None, tool_calls=calls(arguments))], "tools": json.dumps(TOOLS)}
    chat = chat_of(row)
    assert chat and chat.tools == TOOLS
    assert chat.messages[0]["content"] is None
    assert chat.messages[0]["tool_calls"][0]["function"] == {"name": "add", "arguments": seen}


@pytest.mark.parametrize(
    "written", ['[{"name": "add", "arguments": {"a": 1}}]', '{"name": "add", "arguments": "{\\"a\\": 1}"}']
)
def test_a_call_without_an_envelope_gets_one(written: str) -> None:
    chat = chat_of({"messages": [message("assistant", tool_calls=written)]})
    assert chat and chat.messages[0]["tool_calls"] == [
        {"type": "function", "function": {"name": "add", "arguments": {"a": 1}}}
    ]


def test_a_tool_result_keeps_its_call_and_its_name() -> None:
    chat = chat_of({"messages": [message("tool", "4", tool_call_id="a", name="add", trains=False, extra='{"x": 1}')]})
    assert chat and chat.messages == [{"role": "tool", "content": "4", "tool_call_id": "a", "name": "add"}]


def test_parts_are_given_where_one_is_no_text() -> None:
    image = [{"type": "image", "image": "a.png"}, {"type": "text", "text": "What?"}]
    texts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    rows = [message("user", "What?", parts=json.dumps(image)), message("user", "a\nb", parts=json.dumps(texts))]
    chat = chat_of({"messages": rows})
    assert chat and [turn["content"] for turn in chat.messages] == [image, "a\nb"]


def test_a_row_with_a_prompt_becomes_system_user_and_assistant() -> None:
    row = {"system": "Be brief.", "prompt": "Hi", "response": "Hello", "messages": None}
    chat = chat_of(row)
    assert chat and [(turn["role"], turn["content"]) for turn in chat.messages] == [
        ("system", "Be brief."),
        ("user", "Hi"),
        ("assistant", "Hello"),
    ]
    unanswered = chat_of({"prompt": "Hi", "response": None})
    assert unanswered and [turn["role"] for turn in unanswered.messages] == ["user"]


@pytest.mark.parametrize("row", [{"text": "raw"}, {"system": "alone"}, {"messages": []}, {"prompt": None}, {}])
def test_raw_text_is_no_chat(row: dict[str, Any]) -> None:
    assert chat_of(row) is None


@pytest.mark.parametrize("tools", ["", "[]", "no JSON", "3", '["add"]', None])
def test_what_declares_no_tools_is_none(tools: str | None) -> None:
    chat = chat_of({"prompt": "Hi", "tools": tools})
    assert chat and chat.tools is None


def test_a_tool_without_an_envelope_gets_one() -> None:
    chat = chat_of({"prompt": "Hi", "tools": '{"name": "add"}'})
    assert chat and chat.tools == [{"type": "function", "function": {"name": "add"}}]


def test_the_sample_is_refused_as_it_was_measured(home: Path, vendor_templates: None) -> None:
    """Of the first 150 rows with only texts, by templates of vendors and of trl."""
    dataset = Workspace().dataset("sample_data/chats.jsonl")
    everything = pl.int_range(dataset.height, dtype=pl.UInt32, eager=True)
    columns = [name for name in ("messages", "tools", "system", "prompt", "response") if name in dataset.schema]
    chats = [chat for row in dataset.frame(columns, everything).to_dicts() if (chat := chat_of(row))]
    assert len(chats) == 400
    plain = [chat for chat in chats if not chat.tools and all(map(is_plain, chat.messages))][:150]
    refused = {
        "google-gemma-2-2b-it": {"System role not supported": 57, ALTERNATE: 1},
        "trl/gemma3": {ALTERNATE: 3},
        "trl/cohere": {ALTERNATE: 3},
        "trl/cohere2": {ALTERNATE: 2},
        "trl/qwen3_5_think": {"System message must be at the beginning.": 1},
        "trl/qwen3_8": {"System message must be at the beginning.": 1},
        "trl/llama3": {},
        "trl/qwen2_5": {},
        "trl/phi3": {},
    }
    assert {name: refusals(Renderer(find_template(name)), plain) for name in refused} == refused


ALTERNATE = "Conversation roles must alternate user/assistant/user/assistant/..."


def is_plain(turn: dict[str, Any]) -> bool:
    return turn["role"] in ("system", "user", "assistant") and type(turn["content"]) is str and len(turn) == 2


def refusals(renderer: Renderer, chats: list[Chat]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for chat in chats:
        try:
            renderer.render(chat.messages, chat.tools)
        except RefusedError as error:
            counts[str(error)] = counts.get(str(error), 0) + 1
    return counts
