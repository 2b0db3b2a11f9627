"""Chats as the first chat models of Vertex AI took them: `context`, `examples` and `messages` with an author."""

from __future__ import annotations

from analysis.errors import FormatError
from analysis.formats.chats import messages_of
from analysis.formats.contents import text_of
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.messages import Message


def _fits(record: Record) -> bool:
    turns = record["messages"]
    return bool(turns) and all("author" in turn for turn in turns) and ("context" in record or "examples" in record)


def _read(record: Record) -> Row:
    messages = messages_of(record["messages"])
    if messages is None:
        raise FormatError("The messages have no text.")
    return {"messages": [*_examples(record), *messages], "system": record.get("context") or None}


def _examples(record: Record) -> list[Message]:
    """The examples come before the conversation and are not trained on."""
    return [
        Message(role, text_of(example[side]), trains=False)
        for example in record.get("examples") or ()
        for side, role in (("input", "user"), ("output", "assistant"))
    ]


VERTEX_CHAT = Layout(
    name="vertex_chat",
    title="Vertex AI chats",
    sign="messages with author, beside context or examples",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages", "system"),
    takes_training=True,
)
