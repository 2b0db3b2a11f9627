"""Conversations as lists of messages -> one column, many times faster than Polars builds it from dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import polars as pl

from analysis.formats.columns import MESSAGE, MESSAGES
from analysis.formats.messages import Message


def messages_series(name: str, chats: Sequence[Sequence[Message] | None]) -> pl.Series:
    """A column of the type MESSAGES; null where a conversation is None."""
    lengths = pl.Series("length", [None if chat is None else len(chat) for chat in chats], dtype=pl.UInt32)
    messages = list(chain.from_iterable(chat for chat in chats if chat))
    if not messages:
        return pl.Series(name, [None if chat is None else [] for chat in chats], dtype=MESSAGES)
    fields = [_field(field, [m[n] for m in messages]) for n, field in enumerate(MESSAGE.fields)]
    return in_lists(name, pl.DataFrame(fields).to_struct(), lengths)


def in_lists(name: str, messages: pl.Series, lengths: pl.Series) -> pl.Series:
    """Messages that follow each other as lists of these lengths; null where a length is null."""
    rows = pl.int_range(len(lengths), dtype=pl.UInt32, eager=True).alias("row")
    numbers = rows.repeat_by(lengths.fill_null(0)).explode().drop_nulls()
    lists = pl.DataFrame([numbers, messages.alias(name)]).group_by("row", maintain_order=True).agg(name)
    if lists.height == len(lengths):
        return lists[name]
    whole = rows.to_frame().join(lists, on="row", how="left", maintain_order="left").with_columns(lengths.alias("\0n"))
    return whole.select(
        pl.when(pl.col("\0n") == 0).then(pl.lit([], MESSAGES)).otherwise(pl.col(name)).alias(name)
    ).to_series()


def _field(field: pl.Field, values: list[str | bool | None]) -> pl.Series:
    """The values of one field of all messages. Most fields are null in most files, which one comparison tells."""
    if values.count(None) == len(values):
        return pl.Series(field.name, [None], dtype=field.dtype).new_from_index(0, len(values))
    return pl.Series(field.name, values, dtype=field.dtype)
