"""Records that belong together, such as the messages of one tree: which they are, and one record for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from analysis.formats.kinds import as_json

Member = dict[str, Any]
ROWS = "\x1erows"
"""The key of a group's records in the record that stands for them; no column has this name."""
LINE = "\x1eline"
"""The key of a member's line, where the source is a table and has no text of its own."""
OPENING = "[ \n"
"""What the text of a group begins with; no writer of JSON puts a space there."""
BETWEEN = ",\n"
LOOKED_AT = 50

IDS = ("message_id", "id", "uuid")
PARENTS = ("parent_id", "parent_message_id", "parentUuid", "parentId")
TREES = ("message_tree_id", "tree_id")
SESSIONS = ("sessionId", "session_id")
TEXTS = ("text", "content")


def _first(record: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((record[name] for name in names if record.get(name) not in (None, "", [], {})), None)


def _key(record: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The first of these names that has a value, as a key: of a list or an object its JSON."""
    value = _first(record, names)
    return as_json(value) if isinstance(value, list | dict) else value


def id_of(record: Mapping[str, Any]) -> Any:
    """The id of a message or an event; None without one."""
    return _key(record, IDS)


def parent_of(record: Mapping[str, Any]) -> Any:
    """The id of the message or event before; None without one."""
    return _key(record, PARENTS)


@dataclass(frozen=True)
class Grouping:
    """A kind of file whose records belong together. `key_of`: what all records of a group share; None where a record
    does not say. `column` holds it in the record of the group. `by_parent`: where no key is given, the first ancestor
    is the key."""

    name: str
    column: str
    keys: tuple[str, ...]
    fits: Callable[[Sequence[Member]], bool]
    by_parent: bool = False

    def key_of(self, record: Mapping[str, Any]) -> Any:
        return _key(record, self.keys)


def _is_tree(records: Sequence[Member]) -> bool:
    keys = records[0].keys()
    has_all = all(any(name in keys for name in names) for names in (IDS, PARENTS, TEXTS)) and "role" in keys
    return has_all and all("role" in r and isinstance(_first(r, TEXTS), str | None) for r in records)


def _is_session(records: Sequence[Member]) -> bool:
    spoken = [r for r in records if _first(r, SESSIONS) and isinstance(r.get("message"), dict | str)]
    return any("content" in r["message"] and "type" in r for r in spoken) and all("type" in r for r in records)


GROUPINGS = (
    Grouping("tree", "tree_id", TREES, _is_tree, by_parent=True),
    Grouping("session", "session_id", SESSIONS, _is_session),
)


def grouping_of(records: Sequence[Member]) -> Grouping | None:
    """The grouping that the first of these records have; None where each is alone."""
    head = records[:LOOKED_AT]
    return next((grouping for grouping in GROUPINGS if head and grouping.fits(head)), None)


def group_text(texts: Sequence[str]) -> str:
    """The text of a group: a JSON list, a member a line."""
    return f"{OPENING}{BETWEEN.join(texts)}\n]"


def is_group(text: str | None) -> bool:
    """Whether the text of a record is that of a group."""
    return text is not None and text.startswith(OPENING)


def member_text(record: Member, line: int, text: str | bytes | None, container: str) -> str:
    """A member in the text of a group: as in the source, a record of a CSV as a JSON text, a row of a table as JSON."""
    if text is None:
        return as_json({LINE: line, **record})
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return orjson.dumps(text).decode() if container == "csv" else text.strip()


def inner_text(text: str) -> str:
    """The members of a group's text, with commas between them."""
    return text[len(OPENING) :].rstrip().removesuffix("]").strip()


def lines_of(text: str) -> list[int]:
    """The lines of a group's members in a table."""
    return sorted(member[LINE] for member in orjson.loads(text))


def one_record(members: Sequence[Member]) -> Member:
    """The record that stands for all members of a group."""
    rows = [{key: value for key, value in member.items() if key != LINE} for member in members]
    grouping = grouping_of(rows) or next((g for g in GROUPINGS if any(map(g.key_of, rows))), GROUPINGS[0])
    key = next((key for row in rows if (key := grouping.key_of(row)) is not None), None)
    if key is None:
        ids = {id_of(row) for row in rows}
        key = next((id_of(row) for row in rows if parent_of(row) not in ids), id_of(rows[0]))
    return {grouping.column: key, ROWS: rows}
