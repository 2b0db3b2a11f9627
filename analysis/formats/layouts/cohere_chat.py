"""Chats as Cohere's Chat API took them first: earlier turns in `chat_history`, the last question in `message`."""

from __future__ import annotations

from analysis.errors import FormatError
from analysis.formats.chats import messages_of
from analysis.formats.layouts.api_calls import cohere_turns
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.messages import Message

ANSWERS = ("response", "text", "completion", "reply", "output")


def _fits(record: Record) -> bool:
    return (
        isinstance(record["message"], str)
        and isinstance(record.get("chat_history") or [], list)
        and ("chat_history" in record or "preamble" in record)
    )


def _read(record: Record) -> Row:
    messages = cohere_turns(record)
    if messages is None:
        raise FormatError("The earlier turns are no messages.")
    answer = next((record[name] for name in ANSWERS if record.get(name)), None)
    if isinstance(answer, str):
        messages.append(Message("assistant", answer))
    elif answer is not None:
        messages += messages_of(answer) or []
    return {"messages": messages, "system": record.get("preamble"), "tools": record.get("tools")}


COHERE_CHAT = Layout(
    name="cohere_chat",
    title="Cohere chats with history",
    sign="message and chat_history",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages", "system", "tools"),
)
