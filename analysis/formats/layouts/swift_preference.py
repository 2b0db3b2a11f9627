"""Preference pairs as ms-swift takes them: a chat that ends in the chosen answer, beside the rejected one."""

from __future__ import annotations

from analysis.errors import FormatError
from analysis.formats.chats import messages_of
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.messages import Message

REJECTED = ("rejected_response", "rejected_messages")


def _rejected(record: Record) -> str:
    return next(name for name in REJECTED if record.get(name) is not None)


def _rejected_turns(record: Record) -> list[Message]:
    """The rejected answer: a text, or messages, also as JSON text. Raises FormatError where it is neither."""
    name = _rejected(record)
    value = record[name]
    is_text = name == "rejected_response" and isinstance(value, str)
    turns = [Message("assistant", value)] if is_text else messages_of(value)
    if not turns:
        raise FormatError("The rejected answer is neither a text nor messages.")
    return turns


def _fits(record: Record) -> bool:
    return bool(record["messages"]) and sum(record.get(name) is not None for name in REJECTED) == 1


def _read(record: Record) -> Row:
    messages = messages_of(record["messages"]) or []
    rejected = _rejected_turns(record)
    if not messages or messages[-1].role != "assistant":
        raise FormatError("The chat ends with no answer.")
    asked = max((n for n, message in enumerate(messages) if message.role == "user"), default=-1)
    return {
        "prompt": messages[: asked + 1],
        "response": messages[asked + 1 :],
        "rejected": rejected,
        "system": record.get("system"),
        "tools": record.get("tools"),
    }


SWIFT_PREFERENCE = Layout(
    name="swift_preference",
    title="ms-swift preference pairs",
    sign="messages, and rejected_response or rejected_messages",
    format="preference",
    fits=_fits,
    read=_read,
    gives=("prompt", "response", "rejected", "system", "tools"),
    takes_training=True,
    whole=("messages", "rejected_response", "rejected_messages", "system"),
)
