"""What of a row do templates get? Its messages and its tools, in the form of OpenAI's API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Chat:
    """`messages`: objects with `role`, `content`, and where they are there `reasoning_content`, `tool_calls`,
    `tool_call_id`, `name`. `tools`: what may be called; null where nothing is declared."""

    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]] | None = None


def chat_of(row: Mapping[str, Any]) -> Chat | None:
    """The chat of a row with the canonical columns; null where it is raw text, or holds no text at all.

    A row with prompt and response becomes system, user and assistant. Arguments of tool calls that are the JSON text of
    an object become that object, as most templates expect; a text that is no JSON object stays text. The content of a
    message in parts is its text where it is only text; otherwise the list of parts.
    """
    messages = [_message(turn) for turn in row.get("messages") or ()]
    if not messages:
        messages = _plain(row)
    return Chat(messages, _tools(row.get("tools"))) if messages else None


def _plain(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    places = (("system", "system"), ("user", "prompt"), ("assistant", "response"))
    messages = [{"role": role, "content": row[column]} for role, column in places if row.get(column) is not None]
    return messages if any(message["role"] != "system" for message in messages) else []


def _message(turn: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": turn["role"], "content": _content(turn)}
    if turn.get("reasoning") is not None:
        message["reasoning_content"] = turn["reasoning"]
    if turn.get("tool_calls") is not None:
        calls = _read(turn["tool_calls"])
        if isinstance(calls, dict):
            calls = [calls]
        if isinstance(calls, list):
            message["tool_calls"] = [_call(call) for call in calls]
    for name in ("tool_call_id", "name"):
        if turn.get(name) is not None:
            message[name] = turn[name]
    return message


def _content(turn: Mapping[str, Any]) -> object:
    """A message's text; its parts where one of them is no text."""
    parts = _read(turn["parts"]) if turn.get("parts") is not None else None
    if isinstance(parts, list) and any(isinstance(part, dict) and _kind(part) != "text" for part in parts):
        return parts
    return turn.get("content")


def _kind(part: Mapping[str, Any]) -> str:
    kind = part.get("type", "text")
    return "text" if kind in ("text", "input_text", "output_text") else str(kind)


def _call(call: object) -> object:
    """A call in OpenAI's form, its arguments as an object."""
    if not isinstance(call, dict):
        return call
    inner = call.get("function")
    if not isinstance(inner, dict):
        inner = {"name": call.get("name"), "arguments": call.get("arguments", call.get("input", call.get("args")))}
        call = {name: call[name] for name in ("id",) if name in call} | {"type": "function"}
    arguments = inner.get("arguments")
    if isinstance(arguments, str) and isinstance(read := _read(arguments), dict):
        arguments = read
    return {**call, "function": {**inner, "arguments": arguments}}


def _tools(value: object) -> list[dict[str, Any]] | None:
    """The tools of a row: JSON text or a list; each in OpenAI's form. Null where it is empty or no list of objects."""
    tools = _read(value) if isinstance(value, str) else value
    if isinstance(tools, dict):
        tools = [tools]
    if not isinstance(tools, list) or not tools or not all(isinstance(tool, dict) for tool in tools):
        return None
    return [tool if "function" in tool else {"type": "function", "function": tool} for tool in tools]


def _read(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
