"""What layouts read values with: JSON text in a cell, lists, numbers, labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from analysis.formats.kinds import as_json, as_number

TEXT_NAMES = (
    "text",
    "content",
    "document",
    "body",
    "sentence",
    "comment",
    "article",
    "response",
    "answer",
    "output",
    "completion",
    "summary",
    "review",
    "html",
)
"""Names of the text that is judged, the most likely first."""


def opened(value: Any) -> Any:
    """The value of JSON text, as lists and objects are written in a cell; any other value unchanged."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def as_list(value: Any) -> list[Any]:
    """A list as it is, also where it is JSON text; any other value as the only one of a list, null as none."""
    value = opened(value)
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def is_object(value: Any) -> bool:
    """Whether a value is an object, also where it is JSON text."""
    return isinstance(opened(value), dict)


def objects_in(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, also where it is JSON text."""
    return [item for item in as_list(value) if isinstance(item, dict)]


def first_filled(record: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The value of the first of these names that is neither null nor empty; None without one."""
    return next((record[name] for name in names if record.get(name) not in (None, "", [], {})), None)


def number_in(value: Any) -> float | None:
    """A finite number, also where it is written as text; null for anything else, and for truth values."""
    return None if isinstance(value, bool) else as_number(value)


def judged_text(fields: Mapping[str, Any]) -> Any:
    """The text that is judged among these fields: by its name, else the longest text; of a list, its texts by line."""
    by_name = {name.lower(): value for name, value in fields.items()}
    texts = {name: _as_lines(value) for name, value in by_name.items()}
    named = next((texts[name] for name in TEXT_NAMES if texts.get(name)), None)
    return named or max((text for text in texts.values() if text), key=len, default=None)


def _as_lines(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(_as_lines, value))) or None
    if not isinstance(value, dict):
        return None
    who = first_filled(value, ("author", "speaker", "role", "from"))
    text = _as_lines(first_filled(value, ("text", "content", "value")))
    return f"{who}: {text}" if who and text else text


def one_label(values: Sequence[Any]) -> Any:
    """Several choices as one label, so that the same choices are the same label in whatever order they were made."""
    if len(values) == 1:
        value = values[0]
        return value if isinstance(value, str | int | float | bool) or value is None else as_json(value)
    words = dict.fromkeys(value if isinstance(value, str) else as_json(value) for value in values)
    return ", ".join(sorted(words)) if words else None
