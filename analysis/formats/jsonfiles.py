"""A JSON document -> its records, streamed: an array, an object of objects or of values, an object around lists,
several values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from analysis.formats.json_arrangements import arrangement_of, lists_in, written_by_column
from analysis.formats.json_window import Fault, Window
from analysis.formats.split_names import is_split

NEXT_RECORD = re.compile(r"[}\]]\s*,\s*(?=[{\[])")
NEXT_MEMBER = re.compile(r'\}\s*,\s*(?="(?:[^"\\]|\\.)*"\s*:\s*\{)')
HEAD_CHARS = 1 << 20

Found = tuple[int, str, str | None, Any]
"""Line, the record's own text, its key where it is a member of an object, and what is wrong with it (None: nothing)."""


def records(texts: Iterable[str], name: str) -> Iterator[Found]:
    """The document's records in order. Raises FormatError where the document is a table written column by column."""
    window = Window(texts, name)
    while window.more(HEAD_CHARS) and len(window.text) < HEAD_CHARS:
        pass
    if window.peek() == "[":
        yield from _array(window, None)
    else:
        arrangement, members = arrangement_of(window, name)
        if arrangement != "values":
            yield from _object(window, members, arrangement, name)
    while mark := window.peek():
        if mark == ",":
            window.position += 1
        else:
            yield from _one(window, None, re.compile(r"\n(?=[{\[])"))


def _array(window: Window, key: str | None) -> Iterator[Found]:
    window.position += 1
    while (mark := window.peek()) != "]":
        if not mark:
            yield window.line, "", key, "the file ends before its list is closed"
            return
        if mark == ",":
            window.position += 1
            continue
        yield from _one(window, key, NEXT_RECORD)
    window.position += 1


def _object(window: Window, kinds: dict[str, str], arrangement: str, name: str) -> Iterator[Found]:
    """The records of an object: its values, or the elements of its lists (with its name, of several or of a split).

    Raises FormatError where a list of plain values is followed by another, so that the document is a table by columns.
    """
    lists = lists_in(kinds) if arrangement == "lists" else []
    of_values = any(kinds[key] == "values" for key in lists)
    is_map = arrangement == "map"
    if is_map:
        yield window.line, "", None, ("map", "")
    window.position += 1
    while (mark := window.peek()) != "}":
        if not mark:
            yield window.line, "", None, "the file ends before its object is closed"
            return
        if mark == ",":
            window.position += 1
            continue
        if mark != '"':
            yield from _one(window, None, NEXT_MEMBER)
            continue
        line = window.line
        taken = window.take()
        if isinstance(taken, Fault):
            yield line, "", None, taken.reason
            window.skip(NEXT_MEMBER, taken.position)
            continue
        member = json.loads(taken, strict=False)
        window.position += window.peek() == ":"
        opening = window.peek()
        if is_map or (opening == "{" and not lists):
            yield from _one(window, member, NEXT_MEMBER)
        elif opening == "[" and lists and (member in lists or of_values or window.opens_records()):
            if of_values and not is_split(member) and member not in lists:
                raise written_by_column(name)
            yield line, "", None, ("list_member", member)
            yield from _array(window, member if len(lists) > 1 or is_split(member) else None)
        else:
            taken = window.take()
            if isinstance(taken, Fault):
                yield line, "", None, taken.reason
                window.skip(NEXT_MEMBER, taken.position)
                continue
            remark = ("outside_list", member) if lists else f"the member {member!r} is not an object"
            yield line, "", None, remark
    window.position += 1


def _one(window: Window, key: str | None, after: re.Pattern[str]) -> Iterator[Found]:
    line, taken = window.line, window.take()
    if isinstance(taken, str):
        yield line, taken, key, None
        return
    window.skip(after, taken.position)
    upto = f"; skipped up to line {window.line}" if window.line > line else ""
    yield line, "", key, f"{taken.reason}{upto}"
