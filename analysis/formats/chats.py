"""Conversations in all the ways they are written -> messages of role, content and tool calls."""

from __future__ import annotations

import re
from typing import Any

import orjson

from analysis.formats.kinds import as_json, as_text

Message = dict[str, str | None]
ROLES = {
    "user": "user",
    "human": "user",
    "prompter": "user",
    "customer": "user",
    "question": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "claude": "assistant",
    "llm": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "ipython": "tool",
    "tool_response": "tool",
    "function_response": "tool",
    "tool_result": "tool",
    "function_call": "assistant",
    "tool_call": "assistant",
    "tool_calls": "assistant",
}
CALLS = {"function_call", "tool_call", "tool_calls"}
ROLE_KEYS = ("role", "from", "speaker", "author")
CONTENT_KEYS = ("content", "value", "text", "message")
TEXT_PARTS = {"text", "input_text", "output_text", "reasoning", "thinking", None}
DIALOGUE = re.compile(r"(?:^|\n\n) *(Human|Assistant):[ ]?")


def messages_of(value: Any) -> list[Message] | None:
    """The messages of a list of turns, of its JSON text, of alternating plain strings or of one "Human: … Assistant: …"
    text; None where the value is no conversation."""
    if isinstance(value, str):
        if is_dialogue(value):
            return _dialogue(value)
        if not value.lstrip().startswith(("[", "{")):
            return None
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    if isinstance(value, dict):
        inner = next((value[k] for k in ("messages", "conversations", "conversation") if k in value), None)
        value = inner if inner is not None else [value]
    if not isinstance(value, list):
        return None
    if value and all(type(turn) is str for turn in value):
        return [_message("assistant" if i % 2 else "user", turn) for i, turn in enumerate(value)]
    messages: list[Message] = []
    for turn in value:
        turns = _turns(turn)
        if turns is None:
            return None
        messages += turns
    return messages


def is_dialogue(text: str) -> bool:
    """Whether a text is a whole conversation, "Human: … Assistant: …"."""
    return text[:40].lstrip().startswith(("Human:", "Assistant:")) and DIALOGUE.match(text.strip()) is not None


def _message(role: str, content: str | None, calls: str | None = None) -> Message:
    return {"role": role, "content": content, "tool_calls": calls}


def _turns(turn: Any) -> list[Message] | None:
    """One element of a list of turns: a message, or a question and its answer in one object."""
    if not isinstance(turn, dict):
        return None
    role_key = next((k for k in ROLE_KEYS if k in turn), None)
    content_key = next((k for k in CONTENT_KEYS if k in turn), None)
    if role_key is None:
        pair = [(ROLES[k.lower()], v) for k, v in turn.items() if k.lower() in ROLES and isinstance(v, str)]
        return [_message(role, text) for role, text in pair] if len(pair) > 1 else None
    if content_key is None and not any(turn.get(k) for k in CALLS):
        return None
    name = turn[role_key]
    if isinstance(name, dict):
        name = name.get("role")
    name = str(name).strip().lower()
    content, calls = _content(turn.get(content_key) if content_key else None)
    given = turn.get("tool_calls") or turn.get("function_call") or turn.get("tool_call")
    if given:
        calls = as_text(given)
    elif name in CALLS:
        content, calls = None, content
    return [_message(ROLES.get(name, name), content, calls)]


def _content(value: Any) -> tuple[str | None, str | None]:
    """Text and tool calls of a message's content: text unchanged; of a list of parts the texts, others as [image]."""
    if value is None or isinstance(value, str):
        return value, None
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return as_text(value), None
    texts: list[str] = []
    calls: list[Any] = []
    for part in value:
        if isinstance(part, str):
            texts.append(part)
        elif not isinstance(part, dict):
            texts.append(as_json(part))
        elif part.get("type") in CALLS | {"tool_use"}:
            calls.append(part.get("value", part))
        else:
            texts.append(_part(part))
    text = "\n".join(texts) if texts or not calls else None
    if not calls:
        return text, None
    only = calls[0] if len(calls) == 1 else calls
    return text, only if isinstance(only, str) else as_json(only)


def _part(part: dict[str, Any]) -> str:
    """A part's text; of a part that is no text, its kind, such as [image]."""
    kind = part.get("type")
    texts = [value for k in ("text", "value", "thinking", "content") if isinstance(value := part.get(k), str)]
    if kind in TEXT_PARTS:
        if texts:
            return str(texts[0])
        return "" if kind else as_json(part)
    return f"[{str(kind).removesuffix('_url').removeprefix('input_')}]"


def _dialogue(text: str) -> list[Message]:
    """A conversation in one string, as in hh-rlhf. Only the space around a turn's marker is dropped."""
    pieces = DIALOGUE.split(text.strip())
    return [
        _message("user" if who == "Human" else "assistant", content)
        for who, content in zip(pieces[1::2], pieces[2::2], strict=True)
    ]


def first_of(messages: list[Message], role: str) -> str | None:
    """The text of this role's first message; None without one."""
    return next((m["content"] for m in messages if m["role"] == role), None)


def last_of(messages: list[Message], role: str) -> str | None:
    """The text of this role's last message; None without one."""
    return next((m["content"] for m in reversed(messages) if m["role"] == role), None)


def system_of(messages: list[Message]) -> str | None:
    """The system messages, a blank line between them."""
    texts = [m["content"] for m in messages if m["role"] == "system" and m["content"] is not None]
    return "\n\n".join(texts) if texts else None
