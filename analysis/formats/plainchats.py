"""Conversations whose messages are a role and a text and nothing else -> canonical columns, all messages at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import polars as pl

from analysis.formats.chats import CONTENT_KEYS, ROLE_KEYS
from analysis.formats.columns import MESSAGE
from analysis.formats.kinds import as_json
from analysis.formats.message_columns import in_lists
from analysis.formats.messages import CALLS, INSTRUCTING, keeps_role, role_named
from analysis.formats.tables import TableColumn

FILLED = ("role", "content", "extra")
"""The fields of a message that can be filled in these conversations."""
FIELDS = tuple(
    pl.col(field.name) if field.name in FILLED else pl.lit(None, dtype=field.dtype).alias(field.name)
    for field in MESSAGE.fields
)


@dataclass(frozen=True)
class PlainChats:
    """`turns`: role, content and extra of each message of all conversations, as the canonical columns have them.
    `lengths`: how many messages each conversation has; null where there is none."""

    turns: pl.DataFrame
    lengths: pl.Series

    def columns(self) -> dict[str, pl.Series]:
        """system, prompt, response, messages and n_turns, as `messages_of` and `outline_of` give them."""
        counts = self.lengths.fill_null(0)
        rows = pl.int_range(len(counts), dtype=pl.UInt32, eager=True).alias("row")
        turns = self.turns.with_columns(rows.repeat_by(counts).explode().drop_nulls())
        role = pl.col("role")
        first = turns.filter(role == "user").filter(pl.col("row").is_first_distinct())
        last = turns.filter(role.is_in(("user", "assistant"))).filter(pl.col("row").is_last_distinct())
        instructing = turns.filter(role.is_in(INSTRUCTING)).group_by("row", maintain_order=True)
        instructions = instructing.agg(pl.col("content").str.join("\n\n"), pl.len().alias("messages"))
        return {
            "system": _for_each(rows, instructions, "content"),
            "prompt": _for_each(rows, first, "content"),
            "response": _for_each(rows, last.filter(role == "assistant"), "content"),
            "messages": in_lists("messages", turns.select(pl.struct(FIELDS)).to_series(), self.lengths),
            "n_turns": (self.lengths - _for_each(rows, instructions, "messages").fill_null(0)).cast(pl.UInt32),
        }


def plain_chats(values: Sequence[Any]) -> PlainChats | None:
    """The conversations in a column; None where a message has anything but a role and a text, or where one of the
    values is no list of messages."""
    given = _of_series(values.series) if isinstance(values, TableColumn) else _of_lists(values)
    if given is None or given.roles.null_count() or given.texts.null_count():
        return None
    names = given.roles.unique().to_list()
    if any(name.strip().lower() in CALLS for name in names):
        return None
    renamed = {name: role for name in names if (role := role_named(name)) != name}
    kept = {name: as_json({"role": name}) for name in names if keeps_role(*given.keys, name)}
    extra = given.roles.replace_strict(kept, default=None, return_dtype=pl.String)
    turns = [given.roles.replace(renamed).alias("role"), given.texts.alias("content"), extra.alias("extra")]
    return PlainChats(pl.DataFrame(turns), given.lengths)


@dataclass(frozen=True)
class _Given:
    """Conversations as the source has them. `keys`: what it calls the role and the text of a message."""

    keys: tuple[str, str]
    roles: pl.Series
    texts: pl.Series
    lengths: pl.Series


def _keys(names: Sequence[str]) -> tuple[str, str] | None:
    """The two keys of a message, that of its role first; None where they are not such keys."""
    for role, content in (names, names[::-1]):
        if role in ROLE_KEYS and content in CONTENT_KEYS:
            return role, content
    return None


def _of_series(values: pl.Series) -> _Given | None:
    dtype = values.dtype
    if not isinstance(dtype, pl.List) or not isinstance(dtype.inner, pl.Struct) or len(dtype.inner.fields) != 2:
        return None
    keys = _keys([field.name for field in dtype.inner.fields])
    if keys is None or any(field.dtype != pl.String for field in dtype.inner.fields):
        return None
    lengths = values.list.len()
    turns = values.filter(lengths > 0).explode()
    if turns.null_count():
        return None
    return _Given(keys, turns.struct.field(keys[0]), turns.struct.field(keys[1]), lengths)


def _of_lists(values: Sequence[Any]) -> _Given | None:
    if not set(map(type, values)) <= {list, type(None)}:
        return None
    turns = list(chain.from_iterable(filter(None, values)))
    if not turns or set(map(type, turns)) != {dict} or set(map(len, turns)) != {2}:
        return None
    keys = _keys(tuple(turns[0]))
    if keys is None:
        return None
    try:
        roles, texts = ([turn[key] for turn in turns] for key in keys)
    except KeyError:
        return None
    if set(map(type, roles)) != {str} or set(map(type, texts)) != {str}:
        return None
    lengths = pl.Series([None if value is None else len(value) for value in values], dtype=pl.UInt32)
    return _Given(keys, pl.Series(roles, dtype=pl.String), pl.Series(texts, dtype=pl.String), lengths)


def _for_each(rows: pl.Series, some: pl.DataFrame, name: str) -> pl.Series:
    """A column of `some`, which has the number of each of its rows, as a value for each row; null for the others."""
    if some.height == len(rows):
        return some[name]
    return rows.to_frame().join(some.select("row", name), on="row", how="left", maintain_order="left")[name]
