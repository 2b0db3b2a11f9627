"""A growing window on the text of a JSON document, and the values in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from analysis.errors import FormatError
from analysis.formats.options import MAX_RECORD_BYTES

DECODER = json.JSONDecoder(strict=False)
BLANK = re.compile(r"[ \t\r\n]*")
CUT_CHARS = 16


class Fault(NamedTuple):
    """Why there is no value, and the position in the window where that shows."""

    reason: str
    position: int


class _Broken(Exception):
    """The text at the position `args[1]` is not JSON; `args[0]` is the reason."""


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


class Window:
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
            start, self.position = self.position, _after_blanks(self.text, self.position)
            self.line += self.text.count("\n", start, self.position)
            if self.position < len(self.text) or not self.more():
                return self.text[self.position : self.position + 1]

    def opens_records(self) -> bool:
        """Whether the list here begins with an object."""
        while (position := _after_blanks(self.text, self.position + 1)) >= len(self.text) and self.more():
            pass
        return self.text[position : position + 1] == "{"

    def members(self) -> tuple[dict[str, Any], bool]:
        """The members of the object here as far as they are read, and whether something follows the object."""
        seen, end = _members(self.text, self.position)
        return seen, end is not None and _after_blanks(self.text, end) < len(self.text)

    def take(self) -> str | Fault:
        """The text of the value here, or why there is none."""
        while True:
            try:
                value, end = _decoded(self.text, self.position)
                # A number at the end of the window may continue after it.
                if end < len(self.text) or isinstance(value, str | dict | list) or not self.more():
                    taken = self.text[self.position : end]
                    self.line += taken.count("\n")
                    self.position = end
                    return taken
            except _Broken as error:
                return Fault(*error.args)
            except json.JSONDecodeError as error:
                may_be_cut = error.msg.startswith("Unterminated") or error.pos > len(self.text) - CUT_CHARS
                offset = error.pos - self.position
                if not may_be_cut or not self.more():
                    reason = f"not JSON: {error.msg.removesuffix(' at')} at character {offset + 1} of the record"
                    return Fault(reason, self.position + offset)

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


def is_document(head: str) -> bool:
    """Whether the first value of a text has several lines, or another value follows it on its line; the text may
    be cut off at its end."""
    start = _after_blanks(head, 0)
    try:
        _, end = _decoded(head, start)
    except _Broken:
        return False
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated") or error.pos > len(head) - CUT_CHARS
        return is_cut and "\n" in head[start : error.pos] and "\n" not in head[error.pos :]
    rest = head[end:].partition("\n")[0].strip()
    return "\n" in head[start:end] or rest.startswith(("{", "[", ","))


def _members(text: str, position: int) -> tuple[dict[str, Any], int | None]:
    """The members of the object at `position` up to the end of the text, and the position after it if it is whole."""
    seen: dict[str, Any] = {}
    position = _after_blanks(text, position + 1)
    try:
        while text[position : position + 1] == '"':
            key, position = _decoded(text, position)
            position = _after_blanks(text, _after_blanks(text, position) + 1)
            opening = text[position : position + 1]
            inner = text[_after_blanks(text, position + 1) :][:1]
            seen[key] = _begun(opening, inner)
            seen[key], position = _decoded(text, position)
            position = _after_blanks(text, position)
            if text[position : position + 1] == "}":
                return seen, position + 1
            position = _after_blanks(text, position + 1)
    except (json.JSONDecodeError, _Broken):
        pass
    return seen, None


def _begun(opening: str, inner: str) -> Any:
    """A replacement for a value that is cut off, by its first two characters: an object, a list, a text, or null."""
    if opening == "{":
        return {"": 0}
    if opening == "[":
        return [{}, {}] if inner == "{" else ["", ""]
    return "" if opening == '"' else None


def _after_blanks(text: str, position: int) -> int:
    match = BLANK.match(text, position)
    return match.end() if match else position
