"""Does a column hold what its role means? By its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from analysis.formats.chats import CELL_STARTS, CONTENT_KEYS, ROLE_KEYS, TURN_STARTS, messages_of
from analysis.formats.messages import ROLES, Message

MAX_LABELS = 30
MIN_DIMENSIONS = 16
REPEATING_SHARE = 0.95
DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{10}(\d{3})?(\.\d+)?|\w{3},? \w{3} \d"
)


def has_answer(conversation: Any) -> bool:
    """Whether a conversation ends with the assistant's message."""
    messages = messages_of(conversation) or ()
    return len(messages) > 0 and messages[-1].role == "assistant"


def are_conversations(values: Sequence[Any], *, strict: bool) -> bool:
    """Whether nearly all values are lists of messages (or JSON of them; or, unless `strict`, alternating strings)."""
    if not values:
        return False
    good = 0
    for value in values:
        if isinstance(value, str) and not value.lstrip().startswith(TURN_STARTS if strict else CELL_STARTS):
            continue
        if isinstance(value, list) and value and isinstance(value[0], str) and (strict or len(value) < 2):
            continue
        if isinstance(value, list | str) and (messages := messages_of(value)) is not None:
            good += not strict or _has_roles(value, messages)
    return good > 0.8 * len(values)


def _has_roles(value: Any, messages: Sequence[Message]) -> bool:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        named = any(k in value[0] for k in ROLE_KEYS) and any(k in value[0] for k in CONTENT_KEYS)
        return named and all(m.role in ROLES.values() for m in messages)
    return bool(messages) and all(m.role in ROLES.values() for m in messages)


def holds(role: str, values: Sequence[Any]) -> bool:
    """Whether a column of the right name also holds what this role means."""
    if not values:
        return False
    scalars = all(isinstance(v, str | int | float) or hasattr(v, "isoformat") for v in values)
    distinct = len(set(map(str, values)))
    if role == "text":
        return are_texts(values)
    if role == "tools":
        return all(isinstance(v, list | dict) or (isinstance(v, str) and v.lstrip()[:1] in ("[", "{")) for v in values)
    if role == "created_at":
        return all(hasattr(v, "isoformat") or DATE.match(str(v).strip()) for v in values)
    if role in ("score", "score_chosen", "score_rejected"):
        return scalars and all(is_number(v) for v in values)
    if role == "label":
        return scalars and distinct <= MAX_LABELS and (distinct < len(values) or len(values) < 10)
    if role == "item":
        return scalars and repeats(values)
    if role == "group":
        return scalars and distinct <= max(2, len(values) // 2) and not any(" " in str(v).strip() for v in values)
    if role in ("source", "language", "split", "annotator", "session"):
        short = all(len(str(v)) <= 200 for v in values)
        return scalars and short and (role != "source" or distinct <= max(MAX_LABELS, len(values) // 2))
    return scalars


def are_answers(values: Sequence[Any]) -> bool:
    """Whether all values are texts or messages."""
    return all(isinstance(v, str) or messages_of(v) is not None for v in values)


def are_texts(values: Sequence[Any], *, or_empty: bool = True) -> bool:
    """Whether nearly all values are texts. `or_empty`: also where there are no values."""
    if not values:
        return or_empty
    return sum(isinstance(v, str) for v in values) > 0.8 * len(values)


def are_blocks(values: Sequence[Any]) -> bool:
    """Whether all values are lists of objects with a text, or hold one, as a system message may be written."""
    lists = [v.get("parts", [v]) if isinstance(v, dict) else v for v in values]
    return all(isinstance(v, list) and v and all(isinstance(b, dict) and "text" in b for b in v) for v in lists)


def is_number(value: Any) -> bool:
    """Whether a value is a number, also where it is written as text; a truth value is none."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return True
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return isinstance(value, str) and bool(re.fullmatch(r"[-+.\deE]+", value))


def is_vector(value: Any) -> bool:
    """Whether a value is a list of numbers, long enough for a vector."""
    return isinstance(value, list) and len(value) >= MIN_DIMENSIONS and all(type(v) in (int, float) for v in value)


def repeats(values: Sequence[Any]) -> bool:
    """Whether values repeat so often that they are ids of items that are judged several times."""
    return are_of_items(len(values), len(set(map(str, values))))


def are_of_items(values: int, distinct: int) -> bool:
    """Whether so many values, so many of them distinct, are ids of items that are judged several times."""
    return values > 1 and distinct < REPEATING_SHARE * values
