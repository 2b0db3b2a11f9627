"""Rows as lists of messages in the form of the OpenAI API, each with all that its source says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import polars as pl

from analysis.export.training_formats import SourceColumns
from analysis.formats.chats import TRAIN_KEYS
from analysis.formats.contents import REASONING_PARTS, source_content
from analysis.formats.messages import INSTRUCTING

Turn = dict[str, Any]

LONG_NUMBER = re.compile(r"\d{19}")
MOVED_PARTS = {"tool_use", "function_call", "tool_call", "tool_calls", "functionCall", "toolUse", *REASONING_PARTS}
"""Types of parts whose content is in the reasoning or the tool calls of a message; `parts` holds only their place."""


class Sides(NamedTuple):
    """A pair as messages: what both sides share, the chosen answer, the rejected answer."""

    prompt: list[Turn]
    chosen: list[Turn]
    rejected: list[Turn]


def turns_of(source: SourceColumns, frame: pl.DataFrame, *, only_texts: bool = False) -> Iterator[list[Turn]]:
    """Each row as messages: its chat, or messages made of system, prompt and response. `only_texts`: role and text."""
    as_turn = _role_and_text if only_texts else turn_of
    singles = (values_of(frame, name) for name in ("system", "prompt", "response"))
    if "messages" not in source.canonical:
        yield from (_single(*row) for row in zip(*singles, strict=True))
        return
    for chat, row in zip(frame["messages"].to_list(), zip(*singles, strict=True), strict=True):
        yield _chat(map(as_turn, chat), row[0]) if chat else _single(*row)


def sides_of(source: SourceColumns, frame: pl.DataFrame) -> Iterator[Sides]:
    """Each row as a pair; without a rejected side that is empty. What both sides share is their prompt."""
    names = ("messages", "messages_rejected", "prompt_turns", "rejected")
    columns = (values_of(frame, name) for name in names)
    for turns, chat, other, shared, rejected in zip(turns_of(source, frame), *columns, strict=True):
        answer = [{"role": "assistant", "content": rejected}] if rejected is not None else []
        if chat and other is not None and shared is not None:
            before = shared + len(turns) - len(chat)  # a system message from its own column comes first
            yield Sides(turns[:before], turns[before:], [turn_of(message) for message in other])
        else:
            yield Sides(turns[:-1], turns[-1:], answer)


def values_of(frame: pl.DataFrame, name: str) -> Sequence[Any]:
    """The values of a column, nulls where the frame does not have it."""
    return frame[name].to_list() if name in frame.columns else [None] * frame.height


def _single(system: str | None, prompt: str | None, response: str | None) -> list[Turn]:
    turns = [] if system is None else [{"role": "system", "content": system}]
    if prompt is not None:
        turns.append({"role": "user", "content": prompt})
    if response is not None:
        turns.append({"role": "assistant", "content": response})
    return turns


def _chat(turns: Iterable[Turn], system: str | None) -> list[Turn]:
    """A chat; a system message from a separate column comes first, unless the chat has one."""
    chat = list(turns)
    if system is not None and all(turn["role"] not in INSTRUCTING for turn in chat):
        chat.insert(0, {"role": "system", "content": system})
    return chat


def _role_and_text(message: Mapping[str, Any]) -> Turn:
    return {"role": message["role"], "content": message["content"]}


def turn_of(message: Mapping[str, Any]) -> Turn:
    """One message, with the keys that the source has: no key is added but `content` where there is nothing else."""
    extra = json_of(message["extra"]) if message["extra"] else {}
    turn: Turn = {"role": message["role"]}
    content = source_content(message["content"], kept_parts(message["parts"]))
    if content is not None or message["tool_calls"] is None:
        turn["content"] = content
    if message["reasoning"] is not None:
        turn["reasoning_content"] = message["reasoning"]
    if message["tool_calls"] is not None:
        turn["tool_calls"] = _calls(message["tool_calls"])
    for key in ("tool_call_id", "name"):
        if message[key] is not None:
            turn[key] = message[key]
    if message["trains"] is not None and not extra.keys() & set(TRAIN_KEYS):
        turn["weight"] = int(message["trains"])
    return {**extra, **turn}


def kept_parts(parts: str | None) -> str | None:
    """The parts of a message without those of which only the place is left; None where none is left.

    >>> kept_parts('[{"type":"thinking"},{"type":"text"}]')
    '[{"type":"text"}]'
    """
    if parts is None or not is_moved(parts):
        return parts
    kept = [part for part in orjson.loads(parts) if _kind(part) not in MOVED_PARTS or part.keys() - {"type", "key"}]
    kept = [part for part in kept if not _is_signed_thought(part)]
    return orjson.dumps(kept).decode() if kept else None


def loses_part(parts: str | None) -> bool:
    """Whether a message has a part with more than its place left, which no message of the OpenAI API can hold: the
    signature of a thought."""
    if parts is None or not is_moved(parts):
        return False
    return any(map(_is_signed_thought, orjson.loads(parts)))


def is_moved(parts: str) -> bool:
    """Whether the text may name a part that is in another field of the message; a quick test."""
    return any(kind in parts for kind in MOVED_PARTS)


def _kind(part: Any) -> Any:
    return part.get("type") if isinstance(part, dict) else None


def _is_signed_thought(part: Any) -> bool:
    """A thought without its text, which is the message's reasoning, and with other keys, such as its signature."""
    return _kind(part) in ("thinking", "reasoning") and len(part) > 1 and "data" not in part


def json_of(text: str) -> Any:
    """JSON text as values; a whole number beyond 64 bits stays as it is written."""
    if not LONG_NUMBER.search(text):
        return orjson.loads(text)
    return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> Any:
    return int(digits) if len(digits) < 19 else orjson.Fragment(digits)


def _calls(text: str) -> Any:
    """Tool calls as a list of {"type": "function", "function": ...}; text that is not JSON stays text."""
    try:
        value = json_of(text)
    except (orjson.JSONDecodeError, json.JSONDecodeError):
        return text
    return [_call(call) for call in (value if isinstance(value, list) else [value])]


def _call(call: Any) -> Any:
    """A call in the form of the OpenAI API; its arguments as they are: JSON text, or an object."""
    if not isinstance(call, dict):
        return call
    if call.get("type") == "tool_use" and "name" in call:
        return _function(call, {"name": "name", "input": "arguments"}, ("type",))
    if isinstance(inner := call.get("functionCall", call.get("toolUse")), dict):
        return _function({**inner, **{k: v for k, v in call.items() if v is not inner}}, BARE, ())
    if "name" in call and "type" not in call and "function" not in call:
        return _function(call, BARE, ())
    return call


BARE = {"name": "name", "arguments": "arguments", "args": "arguments", "input": "arguments", "parameters": "arguments"}
IDS = {"id": "id", "toolUseId": "id"}


def _function(call: Mapping[str, Any], names: Mapping[str, str], without: Sequence[str]) -> Turn:
    ids = {IDS[key]: value for key, value in call.items() if key in IDS}
    function = {names[key]: value for key, value in call.items() if key in names}
    rest = {k: v for k, v in call.items() if k not in names and k not in IDS and k not in without}
    return {**ids, "type": "function", "function": {**function, **rest}}
