"""The JSON of the values and the rows of a typed table, without making objects of them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from polars.datatypes import DataTypeClass

ENCODED = (pl.String, pl.Boolean, pl.Float64, pl.Int8, pl.Int16, pl.Int32, pl.Int64)
UNSIGNED = (pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)


def has_plain_json(dtype: pl.DataType) -> bool:
    """Whether Polars writes values of this type as orjson does: texts, truths and numbers, and lists and objects of
    them. A number of 32 bits has other digits as a Python number, and dates have another form."""
    if isinstance(dtype, pl.List):
        return has_plain_json(_dtype(dtype.inner))
    if isinstance(dtype, pl.Struct):
        return bool(dtype.fields) and all(has_plain_json(_dtype(field.dtype)) for field in dtype.fields)
    return dtype in (*ENCODED, *UNSIGNED)


def json_of(values: pl.Series) -> pl.Series:
    """Each value as JSON text, its keys in the order of the type; null stays null. Only where `has_plain_json`."""
    wrapped = (
        pl.struct(pl.col(values.name).alias("")).struct.json_encode().str.strip_prefix('{"":').str.strip_suffix("}")
    )
    text = pl.when(pl.col(values.name).is_not_null()).then(wrapped)
    return values.to_frame().select(text.alias(values.name)).to_series()


def row_texts(frame: pl.DataFrame) -> pl.Series | None:
    """What `row_text` gives for each row: JSON with sorted keys, without the columns that are null there, as bytes.
    None where a column is of another type than those of `has_plain_json`."""
    names = sorted(name for name in frame.columns if frame[name].null_count() < frame.height)
    if not names or not all(has_plain_json(frame.schema[name]) for name in names):
        return None
    pieces, run = [], list[pl.Expr]()
    for name in names:
        column = _with_sorted_keys(pl.col(name), frame.schema[name]).alias(name)
        if not frame[name].null_count():
            run.append(column)
            continue
        pieces += [_members(run)] if run else []
        pieces.append(pl.when(pl.col(name).is_not_null()).then(_members([column])))
        run = []
    pieces += [_members(run)] if run else []
    inner = pieces[0] if len(pieces) == 1 else pl.concat_str(pieces, separator=",", ignore_nulls=True)
    whole = pl.concat_str(pl.lit("{"), inner.fill_null(""), pl.lit("}"))
    return frame.select(whole.cast(pl.Binary).alias("text")).to_series()


def _members(columns: Sequence[pl.Expr]) -> pl.Expr:
    """The members of an object of these columns as JSON, without its braces."""
    return pl.struct(columns).struct.json_encode().str.strip_prefix("{").str.strip_suffix("}")


def _with_sorted_keys(values: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The same values with the keys of all objects in order."""
    if isinstance(dtype, pl.List) and dtype.inner.is_nested():
        return values.list.eval(_with_sorted_keys(pl.element(), _dtype(dtype.inner)))
    if not isinstance(dtype, pl.Struct):
        return values
    fields = sorted(dtype.fields, key=lambda field: field.name)
    if fields == dtype.fields and not any(_dtype(field.dtype).is_nested() for field in fields):
        return values
    each = [_with_sorted_keys(values.struct.field(f.name), _dtype(f.dtype)).alias(f.name) for f in fields]
    return pl.when(values.is_not_null()).then(pl.struct(each))


def _dtype(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    """An instance of a type that may be given as its class."""
    return dtype if isinstance(dtype, pl.DataType) else dtype()
