"""Tables that Winnow exported: Parquet and CSV with the canonical columns, the messages with all their fields."""

from __future__ import annotations

from typing import Any

import orjson

from analysis.errors import FormatError
from analysis.formats.layouts.judgements import ROLES
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.messages import INSTRUCTING, Message

TEXTS = ("messages", "messages_rejected", "system", "prompt", "response", "rejected")
PAIR = ("prompt", "response", "rejected", "system", "tools")
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
    return bool(_messages(record["messages"])) and not record.get("messages_rejected")


def _fits_pair(record: Record) -> bool:
    return bool(_messages(record["messages"]) and _messages(record["messages_rejected"]))


def _fits_text_pair(record: Record) -> bool:
    is_whole = all(isinstance(record[name], str) for name in ("prompt", "response", "rejected"))
    return is_whole and "n_turns" in record and not record.get("messages")


def _fits_text(record: Record) -> bool:
    return isinstance(record["text"], str) and "n_turns" not in record


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
    sign="row_id, tags, and messages with the fields that Winnow gives them",
    format="chat",
    fits=_fits_chat,
    read=_read_chat,
    gives=("messages", "system", "tools"),
    whole=TEXTS,
    of_exports=True,
)
EXPORTED_PAIRS = Layout(
    name="winnow_pairs",
    title="Preference pairs exported by Winnow",
    sign="row_id, tags, messages and messages_rejected with the fields that Winnow gives them",
    format="preference",
    fits=_fits_pair,
    read=_read_pair,
    gives=("prompt", "response", "rejected", "system", "tools"),
    whole=TEXTS,
    of_exports=True,
)
EXPORTED_TEXT_PAIRS = Layout(
    name="winnow_text_pairs",
    title="Preference pairs of texts exported by Winnow",
    sign="row_id, tags, n_turns, prompt, response and rejected",
    format="preference",
    fits=_fits_text_pair,
    read=lambda record: {name: record.get(name) for name in PAIR},
    gives=PAIR,
    whole=TEXTS,
    of_exports=True,
)
EXPORTED_TEXTS = Layout(
    name="winnow_texts",
    title="Texts exported by Winnow",
    sign="row_id, tags and text, without prompts and messages",
    format="text",
    fits=_fits_text,
    read=lambda record: {"text": record["text"]},
    gives=("text",),
    whole=("text",),
    roles=ROLES,
    of_exports=True,
)
