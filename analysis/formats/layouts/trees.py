"""Trees of messages, as in Open Assistant: each path from the first message to a last one is a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from analysis.errors import FormatError
from analysis.formats.groups import ROWS, id_of, parent_of
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.layouts.values import first_filled, number_in, objects_in, opened

ADDS = ("tree_id", "answer_id", "prompt_id", "rank", "answer_count", "language", "created_at")
ROLES = {"session": "tree_id", "language": "language", "created_at": "created_at"}
MOST_PATHS = 100_000
Node = tuple[dict[str, Any], list[Any]]
"""A message and its replies, which are nodes."""


def _fits_tree(record: Record) -> bool:
    return _is_message(opened(record["prompt"]))


def _is_message(value: Any) -> bool:
    return (
        isinstance(value, dict) and "role" in value and "replies" in value and ("text" in value or "content" in value)
    )


def _read_tree(record: Record) -> list[Row]:
    root = opened(record["prompt"])
    tree_id = first_filled(record, ("message_tree_id", "tree_id")) or first_filled(root, ("message_id", "id"))
    return [_row(path, siblings, tree_id) for path, siblings in _paths([_nested(root)])]


def _nested(root: dict[str, Any]) -> Node:
    """The nodes below a message whose replies are in it, without recursion: a thread may be long."""
    top: Node = ({key: value for key, value in root.items() if key != "replies"}, [])
    waiting = [(root, top)]
    while waiting:
        message, node = waiting.pop()
        for reply in objects_in(message.get("replies")):
            child: Node = ({key: value for key, value in reply.items() if key != "replies"}, [])
            node[1].append(child)
            waiting.append((reply, child))
    return top


def _fits_rows(record: Record) -> bool:
    return ROWS in record and "tree_id" in record


def _read_rows(record: Record) -> list[Row]:
    rows: Sequence[dict[str, Any]] = record[ROWS]
    nodes: dict[Any, Node] = {}
    repeated: list[Node] = []
    for number, row in enumerate(rows):
        node: Node = (dict(row), [])
        if nodes.setdefault(id_of(row) or number, node) is not node:
            repeated.append(node)
    tops: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(parent_of(node[0]))
        (parent[1] if parent is not None and parent is not node else tops).append(node)
    reached = {id(node[0]) for path, _ in _paths(tops) for node in path}
    # What a circle of parents keeps from the top, and a repeated id, is a conversation of its own: nothing is lost.
    alone: list[Node] = [(message, []) for message, _ in nodes.values() if id(message) not in reached]
    return [_row(path, siblings, record["tree_id"]) for path, siblings in _paths([*tops, *alone, *repeated])]


def _paths(tops: Sequence[Node]) -> Iterator[tuple[list[Node], int]]:
    """Each path from a top to a leaf, and how many replies the message before the leaf has."""
    waiting: list[tuple[list[Node], int]] = [([top], 1) for top in reversed(tops)]
    count = 0
    while waiting:
        path, siblings = waiting.pop()
        replies = path[-1][1]
        if not replies:
            count += 1
            if count > MOST_PATHS:
                raise FormatError("more paths than can be read")
            yield path, siblings
        waiting += [([*path, reply], len(replies)) for reply in reversed(replies)]


def _row(path: Sequence[Node], siblings: int, tree_id: Any) -> Row:
    messages = [message for message, _ in path]
    last, before = messages[-1], messages[-2] if len(messages) > 1 else {}
    return {
        "messages": messages,
        "columns": {
            "tree_id": tree_id,
            "answer_id": id_of(last),
            "prompt_id": id_of(before),
            "rank": _rank(last.get("rank")),
            "answer_count": siblings,
            "language": first_filled(messages[0], ("lang", "language")),
            "created_at": first_filled(last, ("created_date", "created_at", "timestamp")),
        },
    }


def _rank(value: Any) -> Any:
    """A rank as a whole number, also where it is written as text; anything else as it is."""
    number = number_in(value)
    return int(number) if number is not None and number.is_integer() else value


TREES = Layout(
    name="message_tree",
    title="Trees of messages (Open Assistant)",
    sign="prompt with replies in replies",
    format="chat",
    fits=_fits_tree,
    read=_read_tree,
    gives=("messages",),
    roles=ROLES,
    adds=ADDS,
    is_many=True,
)
TREE_ROWS = Layout(
    name="message_rows",
    title="Messages with their parents (Open Assistant)",
    sign="a row for each message with its id, parent_id, role and text",
    format="chat",
    fits=_fits_rows,
    read=_read_rows,
    gives=("messages",),
    roles=ROLES,
    adds=tuple(name for name in ADDS if name != "tree_id"),
    is_many=True,
    of_several=True,
)
