"""Which rows are equal? The text of a row as two hashes, and the groups of rows with equal hashes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from analysis.duplicates.texts import BESIDE, CHATS, has_system_turn, message_fields
from analysis.same_text import normalised

Change = Callable[[pl.Series], pl.Series]
END_OF_FIELD, END_OF_PART, MISSING = "\x1f", "\x1e", "\x00"
TURN_FIELDS = ("role", "content", "tool_calls", "reasoning", "name", "parts")
"""The fields of a message that are compared: not its ids and weights, which are not text."""


def hashes(rows: pl.DataFrame, text: pl.Expr) -> pl.DataFrame:
    """`a` and `b`, together 128 bits, of one text per row; null where the row has none."""
    return (
        rows.lazy()
        .select(text=text)
        .select(
            pl.when(pl.col("text").is_not_null()).then(pl.col("text").hash(seed=seed)).alias(name)
            for name, seed in (("a", 0), ("b", 1))
        )
        .collect()
    )


def groups_of(keys: pl.DataFrame) -> pl.DataFrame:
    """`group` (the position of the first equal row; null for a row in no group), `size` (rows of the group, 1 for a row
    in no group) and `is_extra` (not the first row of its group); all null where the first column of `keys` is null."""
    names = keys.columns
    has_text = pl.col(names[0]).is_not_null()
    grouped = keys.lazy().with_row_index("row")
    grouped = grouped.with_columns(
        size=pl.len().over(names).cast(pl.UInt32), first=pl.col("row").min().over(names).cast(pl.UInt32)
    )
    return grouped.select(
        group=pl.when(has_text & (pl.col("size") > 1)).then(pl.col("first")),
        size=pl.when(has_text).then(pl.col("size")),
        is_extra=pl.when(has_text).then(pl.col("row") != pl.col("first")),
    ).collect()


def row_text(rows: pl.DataFrame, change: Change | None = normalised) -> pl.Expr:
    """The texts of every role that makes the row as one text; null where there is none. `change` is what is done with
    each text before it is compared; None compares it byte for byte, with all fields of a message."""
    fields = _turn_fields(rows, change)
    columns = (*BESIDE, "messages_rejected")
    beside = [name for name in columns if name in rows.columns and rows[name].null_count() < rows.height]
    whole = prompt_and_response(rows, change, fields)
    if not beside:
        return whole
    parts = {
        name: chat_text(name, fields, change) if name in CHATS else changed(pl.col(name), change) for name in beside
    }
    if "system" in parts:
        parts["system"] = pl.when(~pl.lit(has_system_turn(rows["messages"]))).then(parts["system"])
    is_there = pl.any_horizontal(whole.is_not_null(), *(pl.col(name).is_not_null() for name in beside))
    joined = pl.concat_str(
        [whole.fill_null(MISSING), *(part.fill_null(MISSING) for part in parts.values())], separator="\x1d"
    )
    return pl.when(is_there).then(joined)


def prompt_and_response(
    rows: pl.DataFrame, change: Change | None = normalised, fields: Sequence[str] = ("role", "content", "tool_calls")
) -> pl.Expr:
    """The messages of a chat with these fields; otherwise prompt and response; otherwise raw text."""
    prompt, response, text = (changed(pl.col(name), change) for name in ("prompt", "response", "text"))
    chat = chat_text("messages", fields, change)
    either = pl.col("prompt").is_not_null() | pl.col("response").is_not_null()
    single = pl.when(either).then(
        pl.concat_str(prompt.fill_null(MISSING), response.fill_null(MISSING), separator=END_OF_PART)
    )
    return pl.coalesce(chat, single, text)


def chat_text(chat: str, fields: Sequence[str], change: Change | None) -> pl.Expr:
    """These fields of all messages of a chat as one text; null where there is no chat."""
    of_turn = pl.element().struct.field
    turn = [
        changed(of_turn(name), change) if name in ("content", "reasoning") else of_turn(name).cast(pl.String)
        for name in fields
    ]
    filled = [part.fill_null("" if name == "role" else MISSING) for name, part in zip(fields, turn, strict=True)]
    joined = pl.concat_str(filled, separator=END_OF_FIELD)
    return pl.when(pl.col(chat).is_not_null()).then(pl.col(chat).list.eval(joined).list.join(END_OF_PART))


def _turn_fields(rows: pl.DataFrame, change: Change | None) -> list[str]:
    names = message_fields(rows.schema["messages"])
    return names if change is None else [name for name in TURN_FIELDS if name in names]


def whole_record(record: pl.Series, change: Change | None = normalised) -> pl.Expr:
    """All columns of a source's record, given as one struct, as one text; null where all are empty.

    An empty cell equals an empty cell; with a `change` so does a blank one. Lists and objects are equal where their
    hashes are.
    """
    cells = []
    for name, dtype in record.struct.schema.items():
        cell = pl.lit(record).struct.field(name)
        if dtype.is_nested():
            cell = pl.when(cell.is_not_null()).then(pl.format("{}:{}", cell.hash(0), cell.hash(1)))
        elif dtype == pl.Binary:
            cell = cell.bin.encode("hex")
        elif dtype == pl.String and change is not None:
            cell = changed(cell, change).replace("", None)
        else:
            cell = cell.cast(pl.String)
        cells.append(cell)
    is_there = pl.any_horizontal(cell.is_not_null() for cell in cells)
    return pl.when(is_there).then(pl.concat_str([cell.fill_null(MISSING) for cell in cells], separator=END_OF_PART))


def changed(text: pl.Expr, change: Change | None) -> pl.Expr:
    """The text after the change, if there is one."""
    return text if change is None else text.map_batches(change)
