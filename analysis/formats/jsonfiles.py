"""A JSON document -> its records, streamed: an array, an object of objects or of values, an object around lists,
several values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from analysis.errors import FormatError
from analysis.formats.options import MAX_RECORD_BYTES

DECODER = json.JSONDecoder(strict=False)
BLANK = re.compile(r"[ \t\r\n]*")
NEXT_RECORD = re.compile(r"[}\]]\s*,\s*(?=[{\[])")
NEXT_MEMBER = re.compile(r'\}\s*,\s*(?="(?:[^"\\]|\\.)*"\s*:\s*\{)')
HEAD_CHARS = 1 << 20
CUT_CHARS = 16
OWN_LISTS = frozenset(
    (
        "messages conversations conversation dialog dialogue turns chat chosen rejected instances tools history "
        "contents choices output preferred_output non_preferred_output trajectory replies observations"
    ).split()
)
SPLITS = frozenset("train training validation valid val dev eval evaluation test testing holdout".split())
"""What the parts of a dataset are called, in lower case."""
NAMES = frozenset(
    "id name version text content value key prompt instruction input output response completion question answer query "
    "label score rating title source author url date license description system user assistant chosen rejected "
    "summary context category language role messages model type tools created_at timestamp".split()
)
"""Names that a record's fields have: an object with one of them is a record, not a map."""
LEAST_MAP = 2

Found = tuple[int, str, str | None, Any]
"""Line, the record's own text, its key where it is a member of an object, and what is wrong with it (None: nothing)."""


class _Broken(Exception):
    """The text at the position `args[1]` is not JSON; `args[0]` is the reason."""


def records(texts: Iterable[str], name: str) -> Iterator[Found]:
    """The document's records in order. Raises FormatError where the document is a table written column by column."""
    text = _Text(texts, name)
    while text.more(HEAD_CHARS) and len(text.text) < HEAD_CHARS:
        pass
    if text.peek() == "[":
        yield from _array(text, None)
    else:
        layout, members = _layout(text, name)
        if layout != "values":
            yield from _object(text, members, layout, name)
    while mark := text.peek():
        if mark == ",":
            text.position += 1
        else:
            yield from _one(text, None, re.compile(r"\n(?=[{\[])"))


def is_split(name: str) -> bool:
    """Whether this is what a part of a dataset is called, such as train, test or dev."""
    return name.strip().lower() in SPLITS or name.strip().lower().rpartition("_")[0] in SPLITS


def is_document(head: str) -> bool:
    """Whether the first value of a text has several lines, or another value follows it on its line; the text may
    be cut off at its end."""
    start = _blank(head, 0)
    try:
        _, end = _decoded(head, start)
    except _Broken:
        return False
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated") or error.pos > len(head) - CUT_CHARS
        return is_cut and "\n" in head[start : error.pos] and "\n" not in head[error.pos :]
    rest = head[end:].partition("\n")[0].strip()
    return "\n" in head[start:end] or rest.startswith(("{", "[", ","))


def _layout(text: _Text, name: str) -> tuple[str, dict[str, str]]:
    """How the records are arranged in the object that opens the document, by its members read so far; and their kinds.

    "members": each value is a record; "lists": the records are in lists; "map": each key and its value are a record;
    "values": the object itself is one.
    """
    seen, end = _members(text.text, text.position)
    kinds = {key: _kind(value) for key, value in seen.items()}
    if end is not None and _blank(text.text, end) < len(text.text):
        return "values", kinds
    columns = list(seen.values())
    if len(columns) > 1 and all(isinstance(v, dict) and v and all(k.isdigit() for k in v) for v in columns):
        raise _by_column(name)
    if _lists_in(kinds):
        return "lists", kinds
    if len(columns) > 1 and all(isinstance(v, list) and len(v) > 1 for v in columns):
        raise _by_column(name)
    if len(columns) >= LEAST_MAP and _is_map(seen):
        return "map", kinds
    objects = [key for key, kind in kinds.items() if kind == "object"]
    return ("members" if objects and len(objects) > len(kinds) / 2 else "values"), kinds


def _lists_in(kinds: dict[str, str]) -> list[str]:
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


def _by_column(name: str) -> FormatError:
    return FormatError(
        f"{name} is one JSON object written column by column; write one object per row, "
        "in pandas with to_json(..., orient='records', lines=True)."
    )


def _begun(opening: str, inner: str) -> Any:
    """A replacement for a value that is cut off, by its first two characters: an object, a list, a text, or null."""
    if opening == "{":
        return {"": 0}
    if opening == "[":
        return [{}, {}] if inner == "{" else ["", ""]
    return "" if opening == '"' else None


def _members(text: str, position: int) -> tuple[dict[str, Any], int | None]:
    """The members of the object at `position` up to the end of the text, and the position after it if it is whole."""
    seen: dict[str, Any] = {}
    position = _blank(text, position + 1)
    try:
        while text[position : position + 1] == '"':
            key, position = _decoded(text, position)
            position = _blank(text, _blank(text, position) + 1)
            opening = text[position : position + 1]
            inner = text[_blank(text, position + 1) :][:1]
            seen[key] = _begun(opening, inner)
            seen[key], position = _decoded(text, position)
            position = _blank(text, position)
            if text[position : position + 1] == "}":
                return seen, position + 1
            position = _blank(text, position + 1)
    except (json.JSONDecodeError, _Broken):
        pass
    return seen, None


def _decoded(text: str, position: int) -> tuple[Any, int]:
    """The value at `position`, and its end. Raises json.JSONDecodeError, _Broken where it is too large."""
    try:
        return DECODER.raw_decode(text, position)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise _Broken("nested too deeply", position + 1) from None
    except ValueError:
        raise _Broken("a number has too many digits", position + 1) from None


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


def _array(text: _Text, key: str | None) -> Iterator[Found]:
    text.position += 1
    while (mark := text.peek()) != "]":
        if not mark:
            yield text.line, "", key, "the file ends before its list is closed"
            return
        if mark == ",":
            text.position += 1
            continue
        yield from _one(text, key, NEXT_RECORD)
    text.position += 1


def _object(text: _Text, kinds: dict[str, str], layout: str, name: str) -> Iterator[Found]:
    """The records of an object: its values, or the elements of its lists (with its name, of several or of a split).

    Raises FormatError where a list of plain values is followed by another, so that the document is a table by columns.
    """
    lists = _lists_in(kinds) if layout == "lists" else []
    of_values = any(kinds[key] == "values" for key in lists)
    is_map = layout == "map"
    if is_map:
        yield text.line, "", None, ("map", "")
    text.position += 1
    while (mark := text.peek()) != "}":
        if not mark:
            yield text.line, "", None, "the file ends before its object is closed"
            return
        if mark == ",":
            text.position += 1
            continue
        if mark != '"':
            yield from _one(text, None, NEXT_MEMBER)
            continue
        line = text.line
        try:
            member = json.loads(text.take(), strict=False)
        except _Broken as error:
            yield line, "", None, str(error.args[0])
            text.skip(NEXT_MEMBER, error.args[1])
            continue
        text.position += text.peek() == ":"
        opening = text.peek()
        if is_map or (opening == "{" and not lists):
            yield from _one(text, member, NEXT_MEMBER)
        elif opening == "[" and lists and (member in lists or of_values or text.opens_records()):
            if of_values and not is_split(member) and member not in lists:
                raise _by_column(name)
            yield line, "", None, ("list_member", member)
            yield from _array(text, member if len(lists) > 1 or is_split(member) else None)
        else:
            try:
                text.take()
            except _Broken as error:
                yield line, "", None, str(error.args[0])
                text.skip(NEXT_MEMBER, error.args[1])
                continue
            remark = ("outside_list", member) if lists else f"the member {member!r} is not an object"
            yield line, "", None, remark
    text.position += 1


def _one(text: _Text, key: str | None, after: re.Pattern[str]) -> Iterator[Found]:
    line = text.line
    try:
        yield line, text.take(), key, None
    except _Broken as error:
        text.skip(after, error.args[1])
        upto = f"; skipped up to line {text.line}" if text.line > line else ""
        yield line, "", key, f"{error.args[0]}{upto}"


class _Text:
    """A growing window on the document; `position` is where reading continues, `line` its 1-based line."""

    def __init__(self, texts: Iterable[str], name: str) -> None:
        self._texts, self._name = iter(texts), name
        self.text, self.position, self.line = "", 0, 1

    def more(self, chars: int = 1) -> bool:
        """Drops what was read, then reads at least as much as is still unread; False at the end of the file."""
        self.text, self.position = self.text[self.position :], 0
        if len(self.text) > MAX_RECORD_BYTES:
            raise FormatError(
                f"The record at line {self.line} of {self._name} is longer than {MAX_RECORD_BYTES >> 20} MiB."
            )
        pieces, held, want = [self.text], 0, max(chars, len(self.text))
        for piece in self._texts:
            pieces.append(piece)
            held += len(piece)
            if held >= want:
                break
        self.text = "".join(pieces)
        return held > 0

    def peek(self) -> str:
        """The next character that is not blank, or nothing at the end."""
        while True:
            start, self.position = self.position, _blank(self.text, self.position)
            self.line += self.text.count("\n", start, self.position)
            if self.position < len(self.text) or not self.more():
                return self.text[self.position : self.position + 1]

    def opens_records(self) -> bool:
        while (position := _blank(self.text, self.position + 1)) >= len(self.text) and self.more():
            pass
        return self.text[position : position + 1] == "{"

    def take(self) -> str:
        """The text of the value here. Raises _Broken where there is none."""
        while True:
            try:
                value, end = _decoded(self.text, self.position)
                # A number at the end of the window may continue after it.
                if end < len(self.text) or isinstance(value, str | dict | list) or not self.more():
                    taken = self.text[self.position : end]
                    self.line += taken.count("\n")
                    self.position = end
                    return taken
            except json.JSONDecodeError as error:
                may_be_cut = error.msg.startswith("Unterminated") or error.pos > len(self.text) - CUT_CHARS
                offset = error.pos - self.position
                if not may_be_cut or not self.more():
                    raise _Broken(
                        f"not JSON: {error.msg} at character {offset + 1} of the record", self.position + offset
                    ) from None

    def skip(self, after: re.Pattern[str], start: int) -> None:
        """Moves to where the next record seems to begin, or to the end."""
        while True:
            match = after.search(self.text, start)
            if match or not self._extend():
                end = match.end() if match else len(self.text)
                self.line += self.text.count("\n", self.position, end)
                self.position = end
                return

    def _extend(self) -> bool:
        """Reads one more piece and drops nothing, so that positions stay valid."""
        piece = next(self._texts, "")
        self.text += piece
        return bool(piece)


def _blank(text: str, position: int) -> int:
    match = BLANK.match(text, position)
    return match.end() if match else position
