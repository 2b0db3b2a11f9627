"""Function calling chats of Glaive in one text: "USER: … ASSISTANT: … FUNCTION RESPONSE: …"."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from analysis.formats.kinds import as_json
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.messages import Message

TURN = re.compile(r"(?:\A|\n)[ \t]*(SYSTEM|USER|ASSISTANT|FUNCTION RESPONSE):[ ]?")
ROLES = {"SYSTEM": "system", "USER": "user", "ASSISTANT": "assistant", "FUNCTION RESPONSE": "tool"}
CALL = re.compile(r"<functioncall>")
END = "<|endoftext|>"
QUOTED = re.compile(r"""("arguments"\s*:\s*)'(.*)'(\s*\})\s*\Z""", re.S)


def _fits_two(record: Record) -> bool:
    return _is_text(record["chat"]) and isinstance(record["system"], str | None)


def _fits_one(record: Record) -> bool:
    return _is_text(record["sample"])


def _is_text(text: Any) -> bool:
    """Whether a text begins with a turn and has one of the user or the assistant."""
    return TURN.match(text.lstrip()) is not None and ("USER:" in text or "ASSISTANT:" in text)


def _read_two(record: Record) -> Row:
    head = record["system"] or ""
    if head.strip() and not TURN.match(head.lstrip()):
        head = f"SYSTEM: {head}"
    return _row(head, record["chat"])


def _read_one(record: Record) -> Row:
    return _row("", record["sample"])


def _row(head: str, text: str) -> Row:
    turns = [*_turns(head), *_turns(text)]
    system, tools = _tools("\n\n".join(content for role, content in turns if role == "system"))
    messages = [_message(role, content) for role, content in turns if role != "system"]
    return {"messages": messages, "system": system or None, "tools": tools}


def _turns(text: str) -> list[tuple[str, str]]:
    """Role and text of each turn, without the blank lines between turns."""
    pieces = TURN.split(text.strip())
    return [(ROLES[who], content.strip()) for who, content in zip(pieces[1::2], pieces[2::2], strict=True)]


def _message(role: str, text: str) -> Message:
    """A turn without the mark of its end. An answer of the assistant may hold calls, after a text or alone."""
    is_ended = text.endswith(END)
    text = text.removesuffix(END).rstrip() if is_ended else text
    extra = as_json({"end": END}) if is_ended else None
    if role != "assistant" or not CALL.search(text):
        return Message(role, text, extra=extra)
    before, *calls = (piece.strip() for piece in CALL.split(text))
    read = [_call(call) for call in calls]
    written = as_json(read) if all(isinstance(call, dict) for call in read) else "\n".join(calls)
    return Message(role, before or None, tool_calls=written, extra=extra)


def _call(text: str) -> Any:
    """A call as an object; its arguments stay text where the source has them between single quotes. The text itself
    where it is no JSON."""
    text = QUOTED.sub(lambda match: match[1] + json.dumps(match[2]) + match[3], text.removesuffix(END).rstrip())
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _tools(system: str) -> tuple[str, list[Any] | None]:
    """The system message without the functions that it lists at its end, and the functions; the whole message and None
    where anything but functions follows the first of them."""
    start = system.find("\n{")
    decoder, tools, position = json.JSONDecoder(), [], start + 1
    while 0 < position < len(system):
        try:
            tool, position = decoder.raw_decode(system, position)
        except json.JSONDecodeError:
            return system, None
        tools.append(tool)
        position += len(system[position:]) - len(system[position:].lstrip(" \n\r\t,"))
    is_list = tools and all(isinstance(tool, dict) and "name" in tool for tool in tools)
    return (system[:start].rstrip(), tools) if is_list else (system, None)


GLAIVE_TWO = Layout(
    name="glaive_v2",
    title="Glaive function calling, version 2",
    sign="system, and chat as one text with USER: and ASSISTANT:",
    format="chat",
    fits=_fits_two,
    read=_read_two,
    gives=("messages", "system", "tools"),
)
GLAIVE_ONE = Layout(
    name="glaive_v1",
    title="Glaive function calling, version 1",
    sign="sample as one text with SYSTEM:, USER: and ASSISTANT:",
    format="chat",
    fits=_fits_one,
    read=_read_one,
    gives=("messages", "system", "tools"),
)
