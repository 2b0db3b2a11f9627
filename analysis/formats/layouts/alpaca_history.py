"""Instructions with earlier turns in `history`, as LLaMA-Factory takes and Winnow's alpaca writes them."""

from __future__ import annotations

from typing import Any

import orjson

from analysis.formats.chats import Message
from analysis.formats.layouts.layout import Layout, Record, Row


def _history(record: Record) -> list[Any]:
    value = record["history"]
    return list(orjson.loads(value) if isinstance(value, str) else value)


def _fits(record: Record) -> bool:
    turns = _history(record)
    is_pairs = all(
        isinstance(turn, list) and len(turn) == 2 and all(isinstance(t, str) for t in turn) for turn in turns
    )
    return bool(turns) and is_pairs and isinstance(record["instruction"], str) and isinstance(record["output"], str)


def _read(record: Record) -> Row:
    context = record.get("input")
    prompt = record["instruction"]
    if isinstance(context, str) and context.strip():
        prompt = f"{prompt}\n\n{context}" if prompt else context
    turns = [*_history(record), [prompt, record["output"]]]
    messages = [Message(role, text) for turn in turns for role, text in zip(("user", "assistant"), turn, strict=True)]
    return {"messages": messages, "system": record.get("system") or None, "tools": record.get("tools") or None}


ALPACA_HISTORY = Layout(
    name="alpaca_history",
    title="Alpaca with earlier turns",
    sign="instruction, output and history, a list of pairs",
    format="chat",
    fits=_fits,
    read=_read,
    gives=("messages", "system", "tools"),
    whole=("instruction", "input", "output", "history", "system"),
)
