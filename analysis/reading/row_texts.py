"""Which texts does a row have, in reading order, and which columns are its metadata?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONG_CELL_CHARS = 200
"""A longer cell of a plain table is shown as a text, not as metadata."""

READ_ROLES = ("prompt", "input", "response", "system", "rejected", "messages", "text", "embedding")
TITLES = {"system": "System", "developer": "Developer", "user": "User", "assistant": "Assistant", "tool": "Tool"}


@dataclass(frozen=True)
class Section:
    """One whole text of the row. `fields` are its names in hits and token counts."""

    kind: str
    title: str
    text: str | None
    fields: tuple[str, ...]
    is_code: bool = False


def metadata_fields(dataset: Mapping[str, Any], added: Iterable[str] = ()) -> list[str]:
    """The columns to show beside the text: those of the dataset without texts and vectors, then `added`.

    `dataset` is the description in the workspace: its `columns`, `roles` and `canonical` are read.
    """
    read = {column for role, column in dataset["roles"].items() if role in READ_ROLES}
    read |= {column for name, column in dataset["canonical"].items() if column and name != "score"}
    columns = [column for column in dataset["columns"] if column not in read]
    return [*columns, *(column for column in added if column not in columns)]


def sections_of(row: Mapping[str, Any], fields: Sequence[str] = ()) -> tuple[str, list[Section]]:
    """The layout ("chat", "pair", "instruction", "text" or "table") and the texts in reading order.

    The texts of a plain table are the long cells among `fields`. A missing half of a pair or instruction has text None.
    """
    is_pair = row.get("rejected") is not None
    if messages := row.get("messages"):
        turns = _turns(messages, row)
        if not is_pair:
            return "chat", turns
        while turns and turns[-1].kind not in ("user", "system"):
            turns.pop()
    else:
        turns = [Section("system", "System", row["system"], ("system",))] if row.get("system") is not None else []
        if row.get("prompt") is not None or row.get("response") is not None:
            turns.append(Section("user", "Prompt", row.get("prompt"), ("prompt",)))
    response = row.get("response")
    if is_pair:
        answers = [
            Section("chosen", "Chosen", response, ("response",)),
            Section("rejected", "Rejected", row["rejected"], ("rejected",)),
        ]
        return "pair", turns + answers
    if row.get("prompt") is not None or response is not None:
        return "instruction", [*turns, Section("assistant", "Response", response, ("response",))]
    if row.get("text") is not None:
        return "text", [*turns, Section("text", "Text", row["text"], ("text",))]
    cells = [(name, row.get(name)) for name in fields]
    long = [Section("text", n, v, (n,)) for n, v in cells if isinstance(v, str) and len(v) > LONG_CELL_CHARS]
    return "table", turns + long


def _turns(messages: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> list[Section]:
    """One section per message, and one more for its tool calls; prompt, response and system name sections too."""
    named = {}
    for index, message in enumerate(messages):
        role, content = message["role"], message["content"]
        field = {"user": "prompt", "assistant": "response", "system": "system", "developer": "system"}.get(role)
        if field and row.get(field) == content and (field == "response" or field not in named):
            named[field] = index
    turns = []
    for index, message in enumerate(messages):
        content, calls = message["content"], message.get("tool_calls")
        fields = (f"messages[{index}]", *(field for field, position in named.items() if position == index))
        role = message["role"] if message["role"] in TITLES else "tool"
        if content or not calls:
            title = TITLES.get(message["role"]) or str(message["role"] or "no role")
            turns.append(Section(role, title, content, fields))
        if calls:
            field = f"messages[{index}].tool_calls"
            turns.append(Section("tool", "Tool calls", pretty(calls), (field,), is_code=True))
    return turns


class _KeyTwice(Exception):
    """A JSON object has a key twice."""


def pretty(record: str) -> str:
    """JSON indented by two; unchanged where it is not JSON, or where parsing would lose a key or a number."""
    try:
        value = json.loads(record, object_pairs_hook=_distinct)
    except (ValueError, RecursionError, _KeyTwice):
        return record
    try:  # a browser cannot show a number too large for a float, or a lone surrogate
        return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).encode().decode()
    except (ValueError, RecursionError):
        return record


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(record := dict(pairs)) < len(pairs):
        raise _KeyTwice
    return record
