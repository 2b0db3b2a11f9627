"""Batches whose records belong together -> batches of groups; a file of such records is read twice."""

from __future__ import annotations

import contextlib
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.errors import FormatError
from analysis.formats.batches import Batch, batches
from analysis.formats.groups import LOOKED_AT, Grouping, group_text, grouping_of, id_of, member_text, parent_of
from analysis.formats.options import ReadOptions
from analysis.formats.parsing import Records, parse

PEEK_BYTES = 1 << 16
MAX_OPEN_BYTES = 1 << 30
MAX_ROWS = 50_000_000
KEPT_NOTES = ("invalid_utf8", "empty_rows", "list_member", "outside_list")
"""The notes of the first reading; all others are counted when a group's text is read."""


def grouped_batches(path: Path, name: str, reading: ReadOptions, size: int) -> Iterator[Batch]:
    """The file's batches; where its records belong together, as groups. Raises FormatError where too much of it would
    have to be held at once."""
    grouping = _grouping_in(path, name, reading)
    if grouping is None:
        yield from batches(path, name, reading, size)
    else:
        yield from _groups(path, name, reading, size, grouping)


def _grouping_in(path: Path, name: str, reading: ReadOptions) -> Grouping | None:
    if not reading.chooses_layout:
        return None
    with contextlib.closing(batches(path, name, reading, PEEK_BYTES)) as file_batches:
        for batch in file_batches:
            if batch.table is not None:
                batch.table = batch.table.slice(0, LOOKED_AT)
            if values := parse(batch).values:
                return grouping_of(values)
    return None


def grouped(batch: Batch, records: Records, reading: ReadOptions) -> Batch:
    """The batch with the records that belong together as groups; unchanged where each is alone."""
    grouping = grouping_of(records.values) if reading.chooses_layout else None
    if grouping is None:
        return batch
    keys = _Keys(grouping)
    keys.take(records)
    pending = _Pending(name=batch.file, container=batch.container, codes=keys.settled())
    return pending.batch(batch, records)


def _groups(path: Path, name: str, reading: ReadOptions, size: int, grouping: Grouping) -> Iterator[Batch]:
    keys = _Keys(grouping)
    for batch in batches(path, name, reading, size):
        keys.take(parse(batch))
        if len(keys.codes) > MAX_ROWS:
            raise FormatError(f"{name} has more than {MAX_ROWS:,} messages of trees or sessions; split it into parts.")
    pending = _Pending(name, "", keys.settled())
    for batch in batches(path, name, reading, size):
        pending.container = batch.container
        yield pending.batch(batch, parse(batch))


class _Keys:
    """The group of each record of a file, as a number; a record without a key is in the group of the one before it."""

    def __init__(self, grouping: Grouping) -> None:
        self.grouping, self.codes, self.numbers = grouping, array("q"), dict[Any, int]()
        self.ids: dict[Any, int] = {}
        self.parents: list[Any] = []

    def take(self, records: Records) -> None:
        for value in records.values:
            key = self.grouping.key_of(value)
            if key is not None:
                self.codes.append(self.numbers.setdefault(key, len(self.numbers)))
            else:
                self.codes.append(-1)
            if self.grouping.by_parent:
                message_id = id_of(value)
                self.ids.setdefault(message_id, len(self.parents))
                self.parents.append(parent_of(value) if key is None else None)

    def settled(self) -> array[int]:
        """The groups, with those that follow from the parents or the neighbours."""
        codes = self.codes
        if self.grouping.by_parent:
            for row in range(len(codes)):
                self._settle(row)
        else:
            last = next((code for code in codes if code >= 0), 0)
            for row, code in enumerate(codes):
                last = codes[row] = code if code >= 0 else last
        return codes

    def _settle(self, row: int) -> None:
        """The group of the nearest ancestor that has one; of a first message without one, a new group."""
        codes = self.codes
        path: dict[int, None] = {}
        while codes[row] < 0 and row not in path:
            path[row] = None
            above = self.ids.get(self.parents[row]) if self.parents[row] is not None else None
            if above is None or above == row:
                break
            row = above
        if not path:
            return
        code = codes[row]
        if code < 0:
            code = len(self.numbers)
            self.numbers["\x1e", row] = code
        for passed in path:
            codes[passed] = code


class _Pending:
    """The groups whose last record has not come yet."""

    def __init__(self, name: str, container: str, codes: array[int]) -> None:
        self.name, self.container, self.codes = name, container, codes
        self.left = Counter(codes)
        self.open: dict[int, list[tuple[int, str]]] = {}
        self.row = self.held = 0

    def _take(self, records: Records) -> list[list[tuple[int, str]]]:
        """Adds records; returns the groups that are whole with them."""
        whole = []
        texts: Any = records.texts if records.texts is not None else [None] * len(records.values)
        for value, text, line in zip(records.values, texts, records.lines, strict=True):
            code = self.codes[self.row]
            self.row += 1
            member = member_text(value, line, text, self.container)
            self.open.setdefault(code, []).append((line, member))
            self.held += len(member)
            self.left[code] -= 1
            if not self.left[code]:
                whole.append(self.open.pop(code))
                self.held -= sum(len(text) for _, text in whole[-1])
            if self.held > MAX_OPEN_BYTES:
                raise FormatError(
                    f"{self.name} holds trees or sessions with messages far from each other: more than "
                    f"{MAX_OPEN_BYTES >> 20} MiB would have to be held at once; sort it by tree or session first."
                )
        return whole

    def batch(self, source: Batch, records: Records) -> Batch:
        """The groups that are whole with these records of a batch, with its problems and notes."""
        whole = self._take(records)
        return Batch(
            source.file,
            source.container,
            done=source.done,
            texts=[group_text([text for _, text in group]) for group in whole],
            lines=[group[0][0] for group in whole],
            dialect=source.dialect,
            problems=records.problems,
            notes=Counter({note: n for note, n in records.notes.items() if note[0] in KEPT_NOTES}),
        )
