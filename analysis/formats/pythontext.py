"""The text of a Python or NumPy value, as pandas writes a list into a cell -> the value."""

from __future__ import annotations

import re
from typing import Any

from analysis.errors import FormatError

MAX_CHARS = 4 << 20
MAX_DEPTH = 100
TOKEN = re.compile(
    r"""\s*(?:(?P<text>[rRbBuU]{0,2}(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
    r"""|(?P<number>[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"""
    r"""|(?P<name>[A-Za-z_][\w.]*)|(?P<sign>[][{}(),:=]))""",
    re.DOTALL,
)
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": ""} | {
    mark: mark for mark in "\\'\""
}
NAMES = {
    "None": None,
    "True": True,
    "False": False,
    "nan": None,
    "NaN": None,
    "null": None,
    "true": True,
    "false": False,
}
ARRAYS = frozenset(("array", "list", "tuple", "np.array", "numpy.array"))
CLOSED_BY = {"[": "]", "(": ")", "{": "}"}


def python_value(text: str) -> Any:
    """The value of a text such as `[{'role': 'user'}]`, also where NumPy wrote it, without commas or as `array([...])`.

    Nothing is run. Raises FormatError where the text holds anything else, is cut off by `...`, is nested more than 100
    deep or longer than 4 million characters: the message is the reason.
    """
    if len(text) > MAX_CHARS:
        raise FormatError("too long")
    reader = _Reader(text)
    value = reader.value(0)
    reader.end()
    return value


class _Reader:
    """Reads tokens from left to right; `kind` and `token` are those of the next one, "" at the end."""

    def __init__(self, text: str) -> None:
        self._text, self._position = text, 0
        self.kind = self.token = ""
        self.step()

    def step(self) -> str:
        """Moves to the next token; returns the one before."""
        before = self.token
        match = TOKEN.match(self._text, self._position)
        if match is None:
            if self._text[self._position :].strip():
                raise FormatError(f"at character {self._position + 1}")
            self.kind = self.token = ""
        else:
            self.kind, self._position = str(match.lastgroup), match.end()
            self.token = match[self.kind]
        return before

    def end(self) -> None:
        if self.kind:
            raise FormatError(f"at character {self._position}")

    def take(self, sign: str) -> None:
        if self.token != sign or self.kind != "sign":
            raise FormatError(f"at character {self._position}")
        self.step()

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise FormatError("nested too deeply")
        kind, token = self.kind, self.token
        if kind == "text":
            self.step()
            return _unquoted(token)
        if kind == "number":
            self.step()
            return _number(token)
        if kind == "name":
            self.step()
            return self._array(depth) if token in ARRAYS and self.token == "(" else _named(token)
        if token in ("[", "("):
            self.step()
            return self._items(CLOSED_BY[token], depth)
        if token == "{":
            self.step()
            return self._pairs(depth)
        raise FormatError(f"at character {self._position}")

    def _array(self, depth: int) -> Any:
        """The value in `array(...)`, without its `dtype=object`."""
        self.take("(")
        value = self.value(depth + 1)
        while self.token == ",":
            self.step()
            if self.token == ")":
                break
            if self.kind != "name":
                raise FormatError(f"at character {self._position}")
            self.step()
            self.take("=")
            self.step()
        self.take(")")
        return value

    def _items(self, closing: str, depth: int) -> list[Any]:
        """The values up to the closing bracket; NumPy puts only a space between them."""
        items = []
        while self.token != closing or self.kind != "sign":
            items.append(self.value(depth + 1))
            if self.token == "," and self.kind == "sign":
                self.step()
        self.step()
        return items

    def _pairs(self, depth: int) -> dict[str, Any]:
        pairs = {}
        while self.token != "}" or self.kind != "sign":
            key = self.value(depth + 1)
            if not isinstance(key, str | int | float | bool | None):
                raise FormatError("a key is no text")
            self.take(":")
            pairs[key if isinstance(key, str) else str(key)] = self.value(depth + 1)
            if self.token != "}":
                self.take(",")
        self.step()
        return pairs


def _unquoted(token: str) -> str:
    """The text that a literal writes; a literal of bytes, or one with an unusual prefix, stays as it is written."""
    if token[0] not in "'\"uU":
        return token
    text = token.lstrip("uU")[1:-1]
    return ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1 or code in "01234567":
        number = int(code, 8) if code[0] in "01234567" else int(code[1:], 16)
        if number > 0x10FFFF:
            raise FormatError("a character beyond Unicode")
        return "\ufffd" if 0xD800 <= number <= 0xDFFF else chr(number)
    return ESCAPED.get(code, match[0])


def _number(token: str) -> int | float:
    try:
        return int(token)
    except ValueError:
        return float(token)


def _named(token: str) -> Any:
    if token not in NAMES:
        raise FormatError(f"the name {token}")
    return NAMES[token]
