"""Separated values -> records: where each one ends, and what its cells are, by the dialect of the file."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from analysis.formats.options import MAX_RECORD_BYTES

SURPLUS = "surplus_cells"
PAIRED_BACKSLASH = re.compile(r'\\[\\"]')

csv.field_size_limit(MAX_RECORD_BYTES)


@dataclass(frozen=True)
class Dialect:
    """How one file separates its cells.

    `original`: the header's cells as written, or None where there is no header. `skipped`: the lines before the header,
    such as `sep=;`. `backslash`: "" where a backslash is an ordinary character, "quotes" where it is written before a
    quotation mark inside a cell, "all" where it is also written before itself.
    """

    separator: str
    quoted: bool
    columns: tuple[str, ...]
    original: tuple[str, ...] | None
    skipped: int = 0
    backslash: str = ""

    def cells(self, record: str) -> list[str]:
        """One record's cells. A quotation mark that is never closed is read as an ordinary character."""
        if not self.quoted:
            return record.split(self.separator)
        if self.backslash and "\\" in record:
            record = doubled(record, self.backslash)
        try:
            row = next(csv.reader((record,), delimiter=self.separator), [])
        except csv.Error:
            return record.split(self.separator)
        if len(row) != len(self.columns) and '"' in record and "unexpected end" in fault_in(record, self.separator):
            return record.split(self.separator)
        return row


def doubled(record: str, backslash: str) -> str:
    """A record with each quotation mark after a backslash written as two, as CSV does it."""

    def plain(pair: re.Match[str]) -> str:
        if pair[0] == '\\"':
            return '""'
        return "\\" if backslash == "all" else pair[0]

    return PAIRED_BACKSLASH.sub(plain, record)


def lines(texts: Iterable[str]) -> Iterator[str]:
    """The lines of a text given in pieces, without their line feeds; a carriage return before one is removed too."""
    return (line.removesuffix("\n").removesuffix("\r") for line in lines_with_ends(texts))


def records(texts: Iterable[str], dialect: Dialect) -> Iterator[tuple[int, str, None, tuple[str, str] | None]]:
    """(line, text, no key, remark) of each record after the header. A record of empty cells only is a remark."""
    source = _Lines(texts, dialect.backslash)
    source.skip(dialect.skipped)
    reader = csv.reader(source, delimiter=dialect.separator)
    if not dialect.quoted:
        reader = csv.reader(source, delimiter=dialect.separator, quoting=csv.QUOTE_NONE)
    header = dialect.original is not None
    while not source.is_finished():
        line, row = source.start(), _next(reader)
        if len(source.taken) > 1 and _is_stray(source, len(row), dialect):
            source.give_back()
        text = "".join(source.taken).removesuffix("\n").removesuffix("\r")
        if not any(cell.strip() for cell in dialect.cells(text)):
            if text.strip():
                yield line, text, None, ("empty_rows", "")
        elif header:
            header = False
        else:
            yield line, text, None, None


def _is_stray(source: _Lines, width: int, dialect: Dialect) -> bool:
    """Whether the quotation mark that joined several lines opened no cell: the first line is a record by itself, and
    together they are not a valid one; or the mark is never closed."""
    fault = fault_in(source.whole(), dialect.separator)
    first_is_whole = len(source.taken[0].split(dialect.separator)) == len(dialect.columns)
    if first_is_whole and (width != len(dialect.columns) or fault):
        return True
    return source.is_finished() and "unexpected end" in fault


def _next(reader: Any) -> list[str]:
    try:
        row: list[str] = next(reader, [])
    except csv.Error:
        return []
    return row


class _Lines:
    """Lines with their line ends, counted; those of the current record are kept so that they can be given back.

    `backslash` is that of the dialect: the reader gets each line as CSV without backslashes has it.
    """

    def __init__(self, texts: Iterable[str], backslash: str = "") -> None:
        self._texts, self._backslash = lines_with_ends(texts), backslash
        self._ahead: deque[str] = deque()
        self.taken: list[str] = []
        self._chars = 0
        self._number = 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._chars > MAX_RECORD_BYTES:
            raise StopIteration
        line = self._ahead.popleft() if self._ahead else next(self._texts)
        self.taken.append(line)
        self._chars += len(line)
        return doubled(line, self._backslash) if self._backslash else line

    def skip(self, lines: int) -> None:
        """Leaves out so many lines at the beginning."""
        for _ in range(lines):
            self.taken.append(next(self._texts, ""))

    def whole(self) -> str:
        """The current record's text, as the reader got it."""
        text = "".join(self.taken)
        return doubled(text, self._backslash) if self._backslash else text

    def start(self) -> int:
        """Begins a record; its 1-based line."""
        self._number += len(self.taken)
        self.taken, self._chars = [], 0
        return self._number

    def is_finished(self) -> bool:
        if not self._ahead:
            self._ahead.extend(line for line in (next(self._texts, None),) if line is not None)
        return not self._ahead

    def give_back(self) -> None:
        """Gives back all lines of the current record but the first."""
        self._ahead.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def lines_with_ends(texts: Iterable[str]) -> Iterator[str]:
    """The lines of a text given in pieces, each with its line end."""
    rest: list[str] = []
    for text in texts:
        first, *others = text.split("\n")
        rest.append(first)
        for line in others:
            yield "".join(rest) + "\n"
            rest = [line]
    if last := "".join(rest):
        yield last


def fault_in(record: str, separator: str) -> str:
    """The error of a strict CSV reader on this record; empty where it is valid."""
    try:
        next(csv.reader(lines_with_ends([record]), delimiter=separator, strict=True), None)
    except csv.Error as error:
        return str(error)
    return ""
