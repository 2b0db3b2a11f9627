"""How are the records arranged in the object that opens a JSON document?"""

from __future__ import annotations

from typing import Any

from analysis.errors import FormatError
from analysis.formats.json_window import Window
from analysis.formats.split_names import is_split

OWN_LISTS = frozenset(
    (
        "messages conversations conversation dialog dialogue turns chat chosen rejected instances tools history "
        "contents choices output preferred_output non_preferred_output trajectory replies observations"
    ).split()
)
NAMES = frozenset(
    "id name version text content value key prompt instruction input output response completion question answer query "
    "label score rating title source author url date license description system user assistant chosen rejected "
    "summary context category language role messages model type tools created_at timestamp".split()
)
"""Names that a record's fields have: an object with one of them is a record, not a map."""
LEAST_MAP = 2


def arrangement_of(window: Window, name: str) -> tuple[str, dict[str, str]]:
    """How the records are arranged in the object that opens the document, by its members read so far; and their kinds.

    "members": each value is a record; "lists": the records are in lists; "map": each key and its value are a record;
    "values": the object itself is one.
    """
    seen, is_followed = window.members()
    kinds = {key: _kind(value) for key, value in seen.items()}
    if is_followed:
        return "values", kinds
    columns = list(seen.values())
    if len(columns) > 1 and all(isinstance(v, dict) and v and all(k.isdigit() for k in v) for v in columns):
        raise written_by_column(name)
    if lists_in(kinds):
        return "lists", kinds
    if len(columns) > 1 and all(isinstance(v, list) and len(v) > 1 for v in columns):
        raise written_by_column(name)
    if len(columns) >= LEAST_MAP and _is_map(seen):
        return "map", kinds
    objects = [key for key, kind in kinds.items() if kind == "object"]
    return ("members" if objects and len(objects) > len(kinds) / 2 else "values"), kinds


def lists_in(kinds: dict[str, str]) -> list[str]:
    """The members that are lists of records: lists of objects; also of texts or lists where each member is a split, or
    there is only one member."""
    lists = [key for key, kind in kinds.items() if kind == "records" and key.lower() not in OWN_LISTS]
    plain = [key for key, kind in kinds.items() if kind in ("records", "values", "empty")]
    are_splits = len(plain) == len(kinds) and all(map(is_split, plain))
    if len(plain) == len(kinds) == 1 and plain[0].lower() not in OWN_LISTS and kinds[plain[0]] == "values":
        return plain
    return plain if are_splits else lists


def _is_map(members: dict[str, Any]) -> bool:
    """Whether the members are keys and their values: all are texts, or all numbers, and no key names a field."""
    kinds = {"number" if isinstance(v, int | float) and not isinstance(v, bool) else type(v) for v in members.values()}
    return kinds in ({str}, {"number"}, {bool}) and not any(key.strip().lower() in NAMES for key in members)


def written_by_column(name: str) -> FormatError:
    """The error that a document is a table whose members are its columns."""
    return FormatError(
        f"{name} is one JSON object written column by column; write one object per row, "
        "in pandas with to_json(..., orient='records', lines=True)."
    )


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "object"
    if not isinstance(value, list):
        return "other"
    if not value:
        return "empty"
    if isinstance(value[0], dict):
        return "records"
    return "values" if isinstance(value[0], str | list) else "other"
