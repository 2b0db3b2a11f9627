"""Which texts does a row have, in reading order, and which columns are its metadata?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.formats.contents import is_read_elsewhere

LONG_CELL_CHARS = 200
"""A longer cell of a plain table is shown as a text, not as metadata."""

SPOKEN_BY = {"user": "prompt", "assistant": "response", "system": "system", "developer": "system"}
READ_ROLES = ("prompt", "input", "response", "system", "rejected", "messages", "tools", "text", "embedding")
TITLES = {"system": "System", "developer": "Developer", "user": "User", "assistant": "Assistant", "tool": "Tool"}


@dataclass(frozen=True)
class Section:
    """One whole text of the row. `fields` are its names in hits and token counts. `folds`: only its beginning is shown
    at first."""

    kind: str
    title: str
    text: str | None
    fields: tuple[str, ...]
    is_code: bool = False
    folds: bool = False


def metadata_fields(dataset: Mapping[str, Any], added: Iterable[str] = ()) -> list[str]:
    """The columns to show beside the text: those of the dataset without texts and vectors, then `added`.

    `dataset` is the description in the workspace: its `columns`, `roles` and `canonical` are read.
    """
    every = [dataset["roles"], *(layout["roles"] for layout in dataset.get("layouts", ()))]
    read = {column for roles in every for role, column in roles.items() if role in READ_ROLES}
    read |= {column for name, column in dataset["canonical"].items() if column and name != "score"}
    columns = [column for column in dataset["columns"] if column not in read]
    return [*columns, *(column for column in added if column not in columns)]


def sections_of(row: Mapping[str, Any], fields: Sequence[str] = ()) -> tuple[str, list[Section]]:
    """The layout ("chat", "pair", "instruction", "text" or "table") and the texts in reading order.

    The texts of a plain table are the long cells among `fields`. A missing half of a pair or instruction has text None.
    """
    is_pair = row.get("rejected") is not None or bool(row.get("messages_rejected"))
    tools = [Section("tool", "Tools", pretty(row["tools"]), ("tools",), True, True)] if row.get("tools") else []
    if messages := row.get("messages"):
        shared = row.get("prompt_turns") if is_pair else len(messages)
        turns = tools + sections_of_turns(messages[:shared], row)
        if not is_pair:
            return "chat", turns
        while shared is None and turns and turns[-1].kind not in ("user", "system"):
            turns.pop()  # stored before `prompt_turns` was
        return "pair", turns + _answers(row, messages[shared:] if shared is not None else ())
    turns = tools
    turns += [Section("system", "System", row["system"], ("system",))] if row.get("system") is not None else []
    response = row.get("response")
    if row.get("prompt") is not None or response is not None:
        turns.append(Section("user", "Prompt", row.get("prompt"), ("prompt",)))
    if is_pair:
        return "pair", turns + _answers(row, ())
    if row.get("prompt") is not None or response is not None:
        return "instruction", [*turns, Section("assistant", "Response", response, ("response",))]
    if row.get("text") is not None:
        return "text", [*turns, Section("text", "Text", row["text"], ("text",))]
    cells = [(name, row.get(name)) for name in fields]
    long = [Section("text", n, v, (n,)) for n, v in cells if isinstance(v, str) and len(v) > LONG_CELL_CHARS]
    return "table", turns + long


def _answers(row: Mapping[str, Any], chosen: Sequence[Mapping[str, Any]]) -> list[Section]:
    """Both sides of a pair. A side that is more than one text is shown as its turns, one after another."""
    sides = (
        ("chosen", "Chosen", "response", chosen),
        ("rejected", "Rejected", "rejected", row.get("messages_rejected")),
    )
    return [
        Section(kind, title, spoken(turns) if _is_more(turns) else row.get(column), (column,))
        for kind, title, column, turns in sides
    ]


def _is_more(turns: Sequence[Mapping[str, Any]] | None) -> bool:
    """Whether a side of a pair is more than one message of text alone."""
    beside = ("reasoning", "tool_calls", "parts")
    return bool(turns) and (len(turns or ()) > 1 or any(turn.get(field) for turn in turns or () for field in beside))


def spoken(turns: Iterable[Mapping[str, Any]] | None) -> str:
    """Turns as one text: each part of each turn under a line that says what it is."""
    sections = sections_of_turns(list(turns or ()), {})
    return "\n\n".join(f"{section.title}:\n{section.text or ''}" for section in sections)


def sections_of_turns(messages: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> list[Section]:
    """The sections of each message: its reasoning, its text, its other parts, its tool calls, its other keys. Prompt,
    response and system name the section of their message too."""
    named = {}
    for index, message in enumerate(messages):
        field = SPOKEN_BY.get(message["role"])
        if field and row.get(field) == message["content"] and (field == "response" or field not in named):
            named[field] = index
    turns = []
    for index, message in enumerate(messages):
        fields = (f"messages[{index}]", *(field for field, position in named.items() if position == index))
        turns += _sections_of_turn(message, fields)
    return turns


def _sections_of_turn(message: Mapping[str, Any], fields: tuple[str, ...]) -> list[Section]:
    role, speaker = message["role"] if message["role"] in TITLES else "tool", _speaker(message)
    kind = "system" if role == "developer" else role
    beside = {key: f"{fields[0]}.{key}" for key in ("reasoning", "parts", "tool_calls", "extra")}
    turns = []
    if reasoning := message.get("reasoning"):
        turns.append(Section(kind, f"{speaker}: reasoning", reasoning, (beside["reasoning"],), folds=True))
    parts = _other_parts(message.get("parts"))
    if message["content"] or not (message.get("tool_calls") or reasoning or parts):
        turns.append(Section(kind, speaker, message["content"], fields))
    turns += [Section(kind, f"{speaker}: {title}", text, (beside["parts"],), is_code=True) for title, text in parts]
    if calls := message.get("tool_calls"):
        turns.append(Section("tool", "Tool calls", pretty(calls), (beside["tool_calls"],), is_code=True))
    if extra := message.get("extra"):
        turns.append(Section(kind, f"{speaker}: other fields", pretty(extra), (beside["extra"],), True, True))
    return turns


def _speaker(message: Mapping[str, Any]) -> str:
    """The role in words, with the name, the call that is answered, and whether the turn is trained on."""
    title = TITLES.get(message["role"]) or str(message["role"] or "no role")
    named = f"{title} {message['name']}" if message.get("name") else title
    answers = f", answers {message['tool_call_id']}" if message.get("tool_call_id") else ""
    return named + answers + {True: ", trained on", False: ", not trained on", None: ""}[message.get("trains")]


def _other_parts(parts: str | None) -> list[tuple[str, str]]:
    """(what it is, its JSON) of each part of a message that is no text; a long value in it is cut, with its length."""
    if not parts:
        return []
    shown = []
    for part in json.loads(parts):
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(part, dict) and not is_read_elsewhere(part):
            title = str(kind or next(iter(part), "part")).removesuffix("_url").removeprefix("input_").replace("_", " ")
            shown.append((title, json.dumps(_shortened(part), indent=2, ensure_ascii=False)))
    return shown


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONG_CELL_CHARS:
        return f"{value[:LONG_CELL_CHARS]} … and {len(value) - LONG_CELL_CHARS:,} more characters"
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    return [_shortened(item) for item in value] if isinstance(value, list) else value


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
