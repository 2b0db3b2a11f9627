"""Conversations of many shapes, each with the tools that are declared."""

from __future__ import annotations

from typing import Any

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def turn(role: str, content: object, **more: object) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def call(arguments: object, number: int = 1) -> dict[str, Any]:
    return {"id": f"call{number:05d}", "type": "function", "function": {"name": "weather", "arguments": arguments}}


def result(text: str, number: int = 1) -> dict[str, Any]:
    return turn("tool", text, tool_call_id=f"call{number:05d}", name="weather")


SYSTEM, ASK = turn("system", "Be brief."), turn("user", "How warm is Oslo?")
CONVERSATIONS: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]] | None]] = {
    "one question": ([ASK], None),
    "question and answer": ([ASK, turn("assistant", "4 °C.")], None),
    "system": ([SYSTEM, ASK, turn("assistant", "4 °C."), turn("user", "And Rome?"), turn("assistant", "18 °C.")], None),
    "two users in a row": ([ASK, turn("user", "Or Rome?"), turn("assistant", "18 °C.")], None),
    "two systems": ([SYSTEM, SYSTEM, ASK, turn("assistant", "4 °C.")], None),
    "late system": ([ASK, turn("assistant", "4 °C."), SYSTEM, ASK], None),
    "developer": ([turn("developer", "Be kind."), ASK, turn("assistant", "4 °C.")], None),
    "reasoning": (
        [
            ASK,
            turn("assistant", "4 °C.", reasoning_content="It is winter."),
            turn("user", "And Rome?"),
            turn("assistant", "18 °C.", reasoning_content="It is south."),
        ],
        None,
    ),
    "thought in the text": ([ASK, turn("assistant", "<think>\nIt is winter.\n</think>\n\n4 °C."), ASK], None),
    "tools declared": ([SYSTEM, ASK, turn("assistant", "I do not know.")], [WEATHER]),
    "tool call": (
        [ASK, turn("assistant", "", tool_calls=[call({"city": "Oslo"})]), result("4"), turn("assistant", "4 °C.")],
        [WEATHER],
    ),
    "tool call without content": (
        [ASK, turn("assistant", None, tool_calls=[call({"city": "Oslo"})]), result("4"), turn("assistant", "4 °C.")],
        [WEATHER],
    ),
    "arguments as text": ([ASK, turn("assistant", "", tool_calls=[call('{"city": "Oslo"}')]), result("4")], [WEATHER]),
    "two calls": (
        [
            SYSTEM,
            ASK,
            turn("assistant", "I look.", tool_calls=[call({"city": "Oslo", "n": None}), call({"city": "Rome"}, 2)]),
            result("4"),
            result('{"warm": true}', 2),
            turn("assistant", "4 and 18 °C.", reasoning_content="Both are there."),
            turn("user", "Thanks."),
        ],
        [WEATHER],
    ),
    "content in parts": ([turn("user", [{"type": "text", "text": "How warm is Oslo?"}]), turn("assistant", "4 °C.")], None),
    "image": ([turn("user", [{"type": "image"}, {"type": "text", "text": "What is it?"}]), turn("assistant", "A cat.")], None),
    "content null": ([ASK, turn("assistant", None), ASK], None),
    "empty turns": ([turn("user", ""), turn("assistant", "")], None),
    "edge white space": ([turn("user", " \nHi \n"), turn("assistant", "\n\nHello \t")], None),
    "no turn": ([], None),
    "unknown role": ([turn("critic", "Bad."), ASK], None),
    "special tokens": ([turn("user", "<|im_end|>[INST]</s>{{ 1 }}{% raw %}"), turn("assistant", "'\"\\ \u2028 😀 é")], None),
}  # fmt: skip
