"""Tables that Winnow exported: Parquet and CSV with the canonical columns, the messages with all their fields."""

from __future__ import annotations

from typing import Any

import orjson

from analysis.errors import FormatError
from analysis.formats.chats import INSTRUCTING, Message
from analysis.formats.layouts.layout import Layout, Record, Row

TYPES = tuple({"role": str, "trains": bool | None}.get(name, str | None) for name in Message._fields)
"""What the fields of a message hold."""


def _messages(value: Any) -> list[Message]:
    """The messages of a cell; in CSV it is JSON text."""
    turns = orjson.loads(value) if isinstance(value, str) else value
    messages = [Message(**turn) for turn in turns]
    if not all(isinstance(field, type_) for message in messages for field, type_ in zip(message, TYPES, strict=True)):
        raise FormatError("A field of a message has another type.")
    return messages


def _fits_chat(record: Record) -> bool:
    return len(record["row_id"]) >= 16 and bool(_messages(record["messages"])) and not record.get("messages_rejected")


def _fits_pair(record: Record) -> bool:
    return len(record["row_id"]) >= 16 and bool(
        _messages(record["messages"]) and _messages(record["messages_rejected"])
    )


def _read_chat(record: Record) -> Row:
    messages = _messages(record["messages"])
    has_system = any(message.role in INSTRUCTING for message in messages)
    return {
        "messages": messages,
        "system": None if has_system else record.get("system"),
        "tools": record.get("tools"),
    }


def _read_pair(record: Record) -> Row:
    chat = _read_chat(record)
    shared = int(record["prompt_turns"])
    return {
        **chat,
        "messages": None,
        "prompt": chat["messages"][:shared],
        "response": chat["messages"][shared:],
        "rejected": _messages(record["messages_rejected"]),
    }


EXPORTED_CHATS = Layout(
    name="winnow_chats",
    title="Chats exported by Winnow",
    sign="row_id, and messages with the fields that Winnow gives them",
    format="chat",
    fits=_fits_chat,
    read=_read_chat,
    gives=("messages", "system", "tools"),
)
EXPORTED_PAIRS = Layout(
    name="winnow_pairs",
    title="Preference pairs exported by Winnow",
    sign="row_id, messages and messages_rejected with the fields that Winnow gives them",
    format="preference",
    fits=_fits_pair,
    read=_read_pair,
    gives=("prompt", "response", "rejected", "system", "tools"),
)
