"""A layout: how the records of one kind of file are recognised, and how one becomes the row of a dataset."""

from __future__ import annotations

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


TRAINING_KEYS = frozenset(("messages", "conversations", "instruction", "completion", "chosen"))


def is_for_training(record: Record) -> bool:
    """Whether a record has a training format beside whatever else it has, such as the request it was made of."""
    return not TRAINING_KEYS.isdisjoint(record)


@dataclass(frozen=True)
class Layout:
    """One layout that people have.

    `name` is short and stays as it is: it is stored with each row. `title` is what the people who have such files call
    it, `sign` says by what it is recognised. `fits` is called for records one by one, without the columns that are
    null, and looks at few keys. `read`
    gives one row, or with `is_many` any number of rows, of the training format `format`. `gives` lists the roles in the
    rows. `roles` says which columns, added or of the record itself, have which role. `cannot_keep` are sentences about
    what is left out; `whole` are the record's columns of which nothing is left out, which an export need not repeat.
    Both functions may raise one of `FAULTS`.
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
    cannot_keep: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()

    def rows_of(self, record: Record) -> list[Row] | None:
        """The rows of a record, with their messages read; None where it does not have this layout."""
        try:
            if not self.fits(record):
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
