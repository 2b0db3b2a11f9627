"""The shapes of chats that a template is tried on: one small chat for each thing that a template may not expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.templates.chats import Chat


@dataclass(frozen=True)
class Shape:
    """`name`: what is special about the chat, on screen. `is_prompt`: rendered with the prompt for the next answer."""

    name: str
    chat: Chat
    is_prompt: bool = False


def _turn(role: str, content: object, **more: object) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def _call(arguments: object, number: int = 1) -> dict[str, Any]:
    return {"id": f"call{number:05d}", "type": "function", "function": {"name": "weather", "arguments": arguments}}


def _result(content: str = "4", number: int = 1, **more: object) -> dict[str, Any]:
    return _turn("tool", content, tool_call_id=f"call{number:05d}", **{"name": "weather", **more})


SYSTEM = _turn("system", "Be brief.")
ASK, ANSWER = _turn("user", "How warm is Oslo?"), _turn("assistant", "4 °C.")
AGAIN, LAST = _turn("user", "And Rome?"), _turn("assistant", "18 °C.")
CALLING = _turn("assistant", "", tool_calls=[_call({"city": "Oslo"})])
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "How warm a city is.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "Its name."}, "hours": {"type": "integer"}},
            "required": ["city"],
        },
    },
}
TOOLS = [TOOL]
PART = {"type": "text", "text": "How warm is Oslo?"}


def _with(message: dict[str, Any], **more: object) -> dict[str, Any]:
    return {**message, **more}


def _chats() -> dict[str, Chat]:
    thought = {"reasoning_content": "It is winter there."}
    null_call = _turn("assistant", None, tool_calls=[_call({"city": "Oslo"})])
    two_calls = _turn("assistant", "", tool_calls=[_call({"city": "Oslo"}), _call({"city": "Rome"}, 2)])
    values = {"city": "Oslo", "hours": None, "exact": True, "days": [1, 2]}
    return {
        "plain": Chat([ASK, ANSWER, AGAIN, LAST]),
        "system": Chat([SYSTEM, ASK, ANSWER]),
        "system only": Chat([SYSTEM]),
        "two system messages": Chat([SYSTEM, _turn("system", "Be kind."), ASK, ANSWER]),
        "system message later on": Chat([ASK, ANSWER, SYSTEM, AGAIN, LAST]),
        "developer message": Chat([_turn("developer", "Be brief."), ASK, ANSWER]),
        "two users in a row": Chat([ASK, AGAIN, LAST]),
        "two answers in a row": Chat([ASK, ANSWER, LAST]),
        "an answer first": Chat([ANSWER, ASK, LAST]),
        "empty question": Chat([_turn("user", ""), ANSWER]),
        "empty answer": Chat([ASK, _turn("assistant", ""), AGAIN, LAST]),
        "answer null": Chat([ASK, _turn("assistant", None), AGAIN, LAST]),
        "content in parts": Chat([_turn("user", [PART]), ANSWER]),
        "image": Chat([_turn("user", [{"type": "image"}, PART]), ANSWER]),
        "tools declared": Chat([ASK, ANSWER], TOOLS),
        "tools and system": Chat([SYSTEM, ASK, ANSWER], TOOLS),
        "tool call": Chat([ASK, CALLING, _result(), ANSWER], TOOLS),
        "tool call, content null": Chat([ASK, null_call, _result(), ANSWER], TOOLS),
        "tool call and text": Chat([ASK, _with(CALLING, content="I look."), _result(), ANSWER], TOOLS),
        "two tool calls": Chat([ASK, two_calls, _result(), _result("18", 2), ANSWER], TOOLS),
        "arguments as text": Chat(
            [ASK, _turn("assistant", "", tool_calls=[_call('{"city": "Oslo"}')]), _result(), ANSWER], TOOLS
        ),
        "arguments with null and true": Chat(
            [ASK, _turn("assistant", "", tool_calls=[_call(values)]), _result(), ANSWER], TOOLS
        ),
        "arguments empty": Chat([ASK, _turn("assistant", "", tool_calls=[_call({})]), _result(), ANSWER], TOOLS),
        "result without a name": Chat(
            [ASK, CALLING, _turn("tool", "4", tool_call_id="call00001"), ANSWER], TOOLS
        ),
        "calls without declared tools": Chat([ASK, CALLING, _result(), ANSWER]),
        "a question after a result": Chat([ASK, CALLING, _result(), AGAIN, LAST], TOOLS),
        "reasoning": Chat([ASK, _with(ANSWER, **thought)]),
        "earlier reasoning": Chat([ASK, _with(ANSWER, **thought), AGAIN, LAST]),
        "reasoning without an answer": Chat([ASK, _turn("assistant", None, **thought)]),
        "reasoning and tool call": Chat([ASK, _with(CALLING, **thought), _result(), ANSWER], TOOLS),
        "thought in the text": Chat([ASK, _turn("assistant", "<think>\nIt is winter.\n</think>\n\n4 °C.")]),
        "unknown role": Chat([ASK, _turn("critic", "Say more."), ANSWER]),
    }  # fmt: skip


SHAPES = [
    *(Shape(name, chat) for name, chat in _chats().items()),
    Shape("prompt for an answer", Chat([SYSTEM, ASK]), is_prompt=True),
    Shape("prompt after a result", Chat([ASK, CALLING, _result()], TOOLS), is_prompt=True),
]
