"""In which rows does U+FFFD occur, the character that stands for bytes that could not be read?"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analysis.formats.columns import MESSAGE, MESSAGES

REPLACED = "\ufffd"
TEXT_FIELDS = tuple(field.name for field in MESSAGE.fields if field.dtype == pl.String)


def has_replaced(frame: pl.DataFrame, fields: Sequence[str] | None = None) -> pl.Series:
    """Whether any text of a row holds U+FFFD; of messages only these `fields`, all that are text where None."""
    held = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    for column in frame.get_columns():
        held = held | _holds(column, fields or TEXT_FIELDS)
    return held


def _holds(column: pl.Series, fields: Sequence[str]) -> pl.Series:
    none = pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
    if column.dtype == pl.String:
        return column.str.contains(REPLACED, literal=True).fill_null(False)
    if column.dtype == MESSAGES:
        turn = pl.element().struct
        test = pl.any_horizontal(turn.field(field).str.contains(REPLACED, literal=True) for field in fields)
        return column.list.eval(test.fill_null(False)).list.any().fill_null(False)
    if column.dtype.is_nested():
        boxed = column.to_frame("value").select(pl.struct("value").struct.json_encode())["value"]
        return boxed.str.contains(REPLACED, literal=True).fill_null(False)
    return none
