"""Conversations as lists of messages -> one column, many times faster than Polars builds it from dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import polars as pl

from analysis.formats.chats import Message
from analysis.formats.columns import MESSAGE, MESSAGES


def messages_series(name: str, chats: Sequence[Sequence[Message] | None]) -> pl.Series:
    """A column of the type MESSAGES; null where a conversation is None."""
    lengths = pl.Series("length", [0 if chat is None else len(chat) for chat in chats], dtype=pl.UInt32)
    messages = list(chain.from_iterable(chat for chat in chats if chat))
    if not messages:
        return pl.Series(name, [None if chat is None else [] for chat in chats], dtype=MESSAGES)
    fields = [_field(field, [m[n] for m in messages]) for n, field in enumerate(MESSAGE.fields)]
    rows = pl.int_range(len(chats), dtype=pl.UInt32, eager=True).alias("row")
    turns = pl.DataFrame(
        {"row": rows.repeat_by(lengths).explode().drop_nulls(), name: pl.DataFrame(fields).to_struct()}
    )
    lists = turns.group_by("row", maintain_order=True).agg(name)
    if lists.height == len(chats):
        return lists[name]
    is_empty = pl.Series([chat is not None and not chat for chat in chats])
    whole = rows.to_frame().join(lists, on="row", how="left", maintain_order="left")
    return whole.select(pl.when(is_empty).then(pl.lit([], MESSAGES)).otherwise(pl.col(name)).alias(name)).to_series()


def _field(field: pl.Field, values: list[str | bool | None]) -> pl.Series:
    """The values of one field of all messages. Most fields are null in most files, which one comparison tells."""
    if values.count(None) == len(values):
        return pl.Series(field.name, [None], dtype=field.dtype).new_from_index(0, len(values))
    return pl.Series(field.name, values, dtype=field.dtype)
