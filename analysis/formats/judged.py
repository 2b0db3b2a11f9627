"""Annotation sets: who judged which item, and with what label? By names where they tell, else by what columns hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.formats.role_values import MAX_LABELS

PEOPLE = (
    "user_id",
    "userid",
    "user",
    "user_name",
    "username",
    "coder",
    "coder_id",
    "participant",
    "participant_id",
    "amt_worker_ids",
    "amt_worker_id",
    "worker_ids",
    "mturk_id",
    "session_id",
)
"""Names that mean an annotator only where items are judged by several people."""
ITEMS = (
    "instance_id",
    "orig_id",
    "text_id",
    "comment_id",
    "post_id",
    "tweet_id",
    "sentence_id",
    "passage_id",
    "pair_id",
    "unit_id",
    "review_id",
    "utterance_id",
    "message_id",
    "hit_id",
    "id",
)
LABELS = ("response", "answer", "value", "choice", "vote", "decision", "selection", "annotation")
REMARKS = re.compile(
    r"comment|note|reason|rationale|explanation|justification|feedback|remark|critique|time|date", re.I
)
"""Names of columns that are no labels, though people fill them differently."""
MAX_LABEL_CHARS = 60
MIN_WORDS = 8
PROSE_SHARE = 0.5

Columns = Mapping[str, Sequence[Any]]


def judged_roles(by_name: Mapping[str, str], columns: Columns, roles: Mapping[str, str]) -> dict[str, str]:
    """Annotator, item and label where several people judge the same items; nothing where these are not found.

    `columns`: the sampled values, nulls too, in the order of the rows; `by_name`: columns by plain name.
    """
    people = [roles["annotator"]] if "annotator" in roles else _named(PEOPLE, by_name, columns, roles)
    items = [roles["item"]] if "item" in roles else _named(ITEMS, by_name, columns, roles)
    for annotator in people:
        for item in items:
            if annotator != item and _judge_the_same(columns[item], columns[annotator]):
                label = _label(item, annotator, by_name, columns, roles)
                if label:
                    return {"annotator": annotator, "item": item, "label": label}
    return {}


def _named(names: Sequence[str], by_name: Mapping[str, str], columns: Columns, roles: Mapping[str, str]) -> list[str]:
    """The columns of these names that repeat and have no other role."""
    named = [by_name[name] for name in names if name in by_name]
    return [c for c in named if c not in roles.values() or roles.get("session") == c if _repeats(columns[c])]


def _repeats(values: Sequence[Any]) -> bool:
    filled = [value for value in values if value not in (None, "")]
    return len(filled) > 1 and 1 < len(set(map(str, filled))) < len(filled)


def _judge_the_same(items: Sequence[Any], people: Sequence[Any]) -> bool:
    """Whether at least half of the sampled rows are of items that several people judge."""
    by_item: dict[Any, set[Any]] = {}
    rows: dict[Any, int] = {}
    for item, who in zip(items, people, strict=True):
        if item not in (None, "") and who not in (None, ""):
            by_item.setdefault(str(item), set()).add(str(who))
            rows[str(item)] = rows.get(str(item), 0) + 1
    shared = sum(rows[item] for item, who in by_item.items() if len(who) > 1)
    return 2 * shared >= sum(rows.values()) > 0


def _label(
    item: str, annotator: str, by_name: Mapping[str, str], columns: Columns, roles: Mapping[str, str]
) -> str | None:
    """The column of the judgements: the label, or the score; else by its name; else the first short column that people
    fill differently for one item."""
    if "label" in roles or "score" in roles:
        return roles.get("label", roles.get("score"))
    named = [by_name[name] for name in LABELS if name in by_name]
    rest = [c for c in columns if c not in roles.values() and not REMARKS.search(c)]
    for column in [*named, *rest]:
        if column not in (item, annotator) and _is_short(columns[column]) and _differs(columns[item], columns[column]):
            return column
    return None


def _is_short(values: Sequence[Any]) -> bool:
    filled = [value for value in values if value not in (None, "")]
    if not filled or not all(isinstance(v, str | int | float) and len(str(v)) <= MAX_LABEL_CHARS for v in filled):
        return False
    return 1 < len(set(map(str, filled))) <= min(MAX_LABELS, max(2, len(filled) // 3))


def _differs(items: Sequence[Any], values: Sequence[Any]) -> bool:
    """Whether some item has different values."""
    seen: dict[Any, Any] = {}
    pairs = ((str(item), value) for item, value in zip(items, values, strict=True) if value not in (None, ""))
    return any(seen.setdefault(item, value) != value for item, value in pairs)


def prose_column(columns: Columns, taken: Sequence[str] = ()) -> str | None:
    """The column of the longest texts, where at least half of its values are sentences; None without one."""
    lengths = {column: _prose_chars(values) for column, values in columns.items() if column not in taken}
    best = max(lengths, key=lambda column: lengths[column], default=None)
    return best if best is not None and lengths[best] else None


def _prose_chars(values: Sequence[Any]) -> float:
    """The mean length of the values, 0 where they are no prose: words between spaces, no JSON, no list of numbers."""
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    if not texts or any(not isinstance(value, str) for value in values if value is not None):
        return 0.0
    sentences = [text for text in texts if _is_prose(text)]
    return sum(map(len, texts)) / len(texts) if len(sentences) >= PROSE_SHARE * len(texts) else 0.0


def _is_prose(text: str) -> bool:
    if text.lstrip()[:1] in ("{", "["):
        return False
    words = text.split()
    return len(words) >= MIN_WORDS and sum(word[:1].isalpha() for word in words) > 0.6 * len(words)
