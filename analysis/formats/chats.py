"""Conversations in all the ways they are written -> messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from analysis.errors import FormatError
from analysis.formats.contents import Content, content_of, taken_text
from analysis.formats.jsontext import loads
from analysis.formats.kinds import as_json, as_text
from analysis.formats.messages import CALLS, ROLES, Message, keeps_role, role_named
from analysis.formats.pythontext import python_value

ROLE_KEYS = ("role", "from", "speaker", "author")
CONTENT_KEYS = ("content", "value", "text", "message", "parts")
REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
TRAIN_KEYS = ("weight", "train", "training", "trainable", "loss", "loss_mask", "loss_weight")
TRUTHS = {"true": True, "false": False, "1": True, "0": False}
CELL_STARTS = ("[", "{", "array(")
TURN_STARTS = ("[{", "array([{")
PLAIN = frozenset(role for role, name in ROLES.items() if role == name)
NOTHING = (None,) * (len(Message._fields) - 2)
DIALOGUE = re.compile(r"(?:^|\n\n) *(Human|Assistant):[ ]?")


def messages_of(value: Any) -> list[Message] | None:
    """The messages of a list of turns, of its JSON text, of alternating plain strings or of one "Human: … Assistant: …"
    text; None where the value is no conversation."""
    if isinstance(value, str):
        if is_dialogue(value):
            return _dialogue(value)
        value = value_in_cell(value)
    if isinstance(value, dict):
        inner = next((value[k] for k in ("messages", "conversations", "conversation") if k in value), None)
        value = inner if inner is not None else [value]
    if not isinstance(value, list):
        return None
    if value and all(type(turn) is str for turn in value):
        return [Message("assistant" if i % 2 else "user", turn) for i, turn in enumerate(value)]
    messages: list[Message] = []
    for turn in value:
        if type(turn) is Message:
            messages.append(turn)
            continue
        if type(turn) is not dict:
            return None
        # Nearly all messages are a role and a text; these few lines read them, and `_turns` all others.
        content, role = turn.get("content"), turn.get("role")
        if len(turn) == 2 and type(content) is str and type(role) is str and role in PLAIN:
            messages.append(tuple.__new__(Message, (role, content, *NOTHING)))
        elif (turns := _turns(turn)) is None:
            return None
        else:
            messages += turns
    return messages


def value_in_cell(text: str) -> Any:
    """The list or object whose JSON or Python text this is; None for any other text."""
    if not text.lstrip().startswith(CELL_STARTS):
        return None
    try:
        return loads(text)
    except (FormatError, RecursionError):
        pass
    try:
        return python_value(text)
    except FormatError:
        return None


def opened(value: Any) -> Any:
    """The turns whose JSON or Python text a value is; any other value as it is. An answer may itself be JSON of
    objects, so the turns must have roles that models know."""
    if type(value) is not str or not value.lstrip().startswith(TURN_STARTS):
        return value
    turns = value_in_cell(value)
    messages = messages_of(turns)
    return turns if messages and all(message.role in ROLES.values() for message in messages) else value


def is_dialogue(text: str) -> bool:
    """Whether a text is a whole conversation, "Human: … Assistant: …"."""
    return text[:40].lstrip().startswith(("Human:", "Assistant:")) and DIALOGUE.match(text.strip()) is not None


def _turns(turn: Mapping[str, Any]) -> list[Message] | None:
    """One element of a list of turns: a message, or a question and its answer in one object."""
    role_key = next((k for k in ROLE_KEYS if turn.get(k) is not None), None)
    content_key = next((k for k in CONTENT_KEYS if k in turn), None)
    calls_key = next((k for k in ("tool_calls", "function_call", "tool_call") if turn.get(k)), None)
    if role_key is None:
        pair = [(ROLES[k.lower()], v) for k, v in turn.items() if k.lower() in ROLES and isinstance(v, str)]
        return [Message(role, text) for role, text in pair] if len(pair) > 1 else None
    is_bare = content_key is None and calls_key is None and not any(k in turn for k in REASONING_KEYS)
    if is_bare and (role_key not in ("role", "from") or str(turn[role_key]).strip().lower() not in ROLES):
        return None
    rest = {key: value for key, value in turn.items() if value is not None}
    name = rest.pop(role_key)
    if isinstance(name, dict):
        name, rest = _speaker(name, role_key, rest)
    kind = str(name).strip().lower()
    if kind not in CALLS and keeps_role(role_key, content_key, name):
        rest["role"] = name
    content = content_of(rest.pop(content_key, None) if content_key else None, takes_calls=not calls_key)
    calls = content.calls
    if calls_key:
        calls = as_text(rest.pop(calls_key))
    elif kind in CALLS and calls is None:
        content, calls = Content(None, None, None, None), content.text
    reasoning = _taken_reasoning(rest)
    message = Message(
        role_named(name),
        content.text,
        "\n\n".join(filter(None, (reasoning, content.reasoning))) or reasoning or content.reasoning,
        calls,
        taken_text(rest, "tool_call_id"),
        taken_text(rest, "name"),
        _trains(rest),
        content.parts,
        as_json(rest) if rest else None,
    )
    return [*content.results, message] if _says_something(message, content) else list(content.results)


def _speaker(speaker: dict[str, Any], key: str, rest: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The role in an object that says who speaks, and the other keys of the message with what else it says."""
    about = {name: value for name, value in speaker.items() if value not in (None, "", [], {})}
    role = about.pop("role", None)
    if role is None:
        return as_json(about), rest
    return role, {**rest, key: about} if about else rest


def _says_something(message: Message, content: Content) -> bool:
    """Whether a message holds anything beside the tool results that were taken out of it."""
    return not content.results or any(field is not None for field in message[1:])


def _taken_reasoning(rest: dict[str, Any]) -> str | None:
    for key in REASONING_KEYS:
        if isinstance(rest.get(key), str):
            return str(rest.pop(key))
    return None


def _trains(rest: dict[str, Any]) -> bool | None:
    """Whether the turn is trained on. Only a plain `weight` of 0 or 1 is taken out: others stay in `extra` too."""
    for key in TRAIN_KEYS:
        value = rest.get(key)
        if isinstance(value, str):
            value = TRUTHS.get(value.strip().lower())
        if isinstance(value, list) and value and all(type(v) in (int, float, bool) for v in value):
            value = any(value)
        if isinstance(value, bool | int | float):
            if key == "weight" and type(rest[key]) is int and value in (0, 1):
                del rest[key]
            return bool(value)
    return _trains_in_part(rest.get("train_detail", rest.get("training_detail")))


def _trains_in_part(details: Any) -> bool | None:
    """Whether a list of places in the text names one that is trained on; null where it is no such list."""
    if not isinstance(details, list) or not all(isinstance(place, dict) and "train" in place for place in details):
        return None
    return any(place["train"] for place in details) if details else None


def _dialogue(text: str) -> list[Message]:
    """A conversation in one string, as in hh-rlhf. Only the space around a turn's marker is dropped."""
    pieces = DIALOGUE.split(text.strip())
    return [
        Message("user" if who == "Human" else "assistant", content)
        for who, content in zip(pieces[1::2], pieces[2::2], strict=True)
    ]
