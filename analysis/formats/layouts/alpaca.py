"""The fields of records in the manner of Alpaca: instruction, its input, earlier turns in `history`, and the answer."""

from __future__ import annotations

from typing import Any

import orjson

from analysis.errors import FormatError
from analysis.formats.layouts.layout import Record
from analysis.formats.messages import Message

PROMPTS = ("instruction", "prompt", "query", "question")
CONTEXTS = ("input", "query")
OUTPUTS = ("output", "response", "completion", "answer")


def question_of(record: Record) -> str:
    """The instruction, and after a blank line its input where that is not blank. Raises FormatError."""
    name = name_of(record, PROMPTS)
    prompt = record[name]
    if not isinstance(prompt, str):
        raise FormatError("The instruction is no text.")
    context = next((record[key] for key in CONTEXTS if key != name and isinstance(record.get(key), str)), "")
    if not context.strip():
        return prompt
    return f"{prompt}\n\n{context}" if prompt else context


def is_chat(record: Record) -> bool:
    """Whether the record has its turns as messages too."""
    return record.get("messages") is not None or record.get("conversations") is not None


def name_of(record: Record, names: tuple[str, ...]) -> str:
    """The first of these names that has a value in the record. Raises FormatError where none has."""
    for name in names:
        if record.get(name) is not None:
            return name
    raise FormatError(f"The record has none of {', '.join(names)}.")


def earlier_turns(record: Record) -> list[Message]:
    """The turns in `history`: pairs of question and answer, or objects with both; also as JSON text."""
    value = record["history"]
    turns = orjson.loads(value) if isinstance(value, str) else value
    if not isinstance(turns, list):
        raise FormatError("The history is no list.")
    return [message for turn in turns for message in _turn(turn)]


def _turn(turn: Any) -> list[Message]:
    """A question and its answer, of which one may be missing."""
    if isinstance(turn, dict):
        turn = [turn[name_of(turn, (*PROMPTS, "user", "human"))], turn[name_of(turn, (*OUTPUTS, "assistant", "gpt"))]]
    if len(turn) != 2 or not all(text is None or isinstance(text, str) for text in turn):
        raise FormatError("A turn of the history is no pair of texts.")
    roles = zip(("user", "assistant"), turn, strict=True)
    return [Message(role, text) for role, text in roles if text is not None]
