"""A layout: how the records of one kind of file are recognised, and how one becomes the row of a dataset."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.errors import FormatError
from analysis.formats.chats import messages_of

Record = Mapping[str, Any]
"""One record of a file: its keys and values, as JSON has them."""

Row = dict[str, Any]
"""What a layout reads: by role (`messages`, `prompt`, `response`, `rejected`, `system`, `input`, `tools`, `text`,
`score`) the value, in any form that `analysis.formats.chats.messages_of` takes; and under `columns` the columns that
are added to the record's own."""

FAULTS = (FormatError, AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError)
"""What `fits` and `read` may raise for a record that is built differently: it does not have the layout."""

TRAINING_KEYS = (
    ("messages",),
    ("conversations",),
    ("chosen", "rejected"),
    ("prompt", "completion"),
    ("instruction", "output"),
)


def is_for_training(record: Record) -> bool:
    """Whether a record has a training format beside whatever else it has, such as the answers it was made of."""
    return any(all(record.get(key) is not None for key in keys) for keys in TRAINING_KEYS)


ROW_ID = re.compile(r"[0-9a-f]{16,}(-\d+)?")


def is_exported(record: Record) -> bool:
    """Whether a record is a row of a table that Winnow exported: its canonical columns say how it was read. Such a row
    begins with its id; where that comes later, the row was exported once more, in a training format."""
    if "tags" not in record or next(iter(record)) != "row_id":
        return False
    return isinstance(row := record["row_id"], str) and ROW_ID.fullmatch(row) is not None


@dataclass(frozen=True)
class Layout:
    """One layout that people have.

    `name` is short and stays as it is: it is stored with each row. `title` is what the people who have such files call
    it, `sign` says by what it is recognised. `fits` is called for records one by one, without the columns that are
    null, and looks at few keys. `read` gives one row, or with `is_many` any number of rows, of the training format
    `format`. Both may raise a `FAULTS`. `gives` lists the roles in the rows. `roles` says which columns, added or of
    the record itself, have which role. `of_several`: a record is made of several of the file, which are not its
    columns. `cannot_keep` are sentences about what is left out; `whole` are the record's columns of which nothing is
    left out, which an export need not repeat. `takes_training`: its records may have the keys of a training format;
    those that would have another layout are read by these keys. `of_exports`: it reads tables that Winnow exported, and
    no other layout does, so that a row is not read from its source once more.
    """

    name: str
    title: str
    sign: str
    format: str
    fits: Callable[[Record], bool]
    read: Callable[[Record], Row | list[Row]]
    gives: tuple[str, ...]
    roles: Mapping[str, str] = field(default_factory=dict)
    adds: tuple[str, ...] = ()
    is_many: bool = False
    of_several: bool = False
    cannot_keep: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    takes_training: bool = False
    of_exports: bool = False

    def _may_read(self, record: Record) -> bool:
        if self.of_exports or is_exported(record):
            return self.of_exports and is_exported(record)
        return self.takes_training or not is_for_training(record)

    def rows_of(self, record: Record) -> list[Row] | None:
        """The rows of a record, with their messages read; None where it does not have this layout."""
        try:
            if not self._may_read(record) or not self.fits(record):
                return None
            read = self.read(record)
            return [_with_messages(row) for row in (read if isinstance(read, list) else [read])] or None
        except FAULTS:
            return None


def _with_messages(row: Row) -> Row:
    """The row with its conversation as messages. Raises FormatError where it is none."""
    if row.get("messages") is None:
        return row
    messages = messages_of(row["messages"])
    if messages is None:
        raise FormatError("The turns are no conversation.")
    return {**row, "messages": messages}
