"""How is a column read from a part that an earlier version stored?"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analysis.formats.columns import CANONICAL, MESSAGE, MESSAGES


def stored_column(stored: Mapping[str, pl.DataType], name: str) -> pl.Expr:
    """A column of a part that has the columns `stored`; messages get the fields that they do not have yet, as nulls."""
    column, dtype = pl.col(name), stored.get(name)
    if name not in CANONICAL or CANONICAL[name] != MESSAGES or not isinstance(dtype, pl.List):
        return column
    if dtype == MESSAGES or not isinstance(dtype.inner, pl.Struct):
        return column
    before = {field.name for field in dtype.inner.fields}
    fields = [
        pl.element().struct.field(f.name) if f.name in before else pl.lit(None, f.dtype).alias(f.name)
        for f in MESSAGE.fields
    ]
    return column.list.eval(pl.when(pl.element().is_not_null()).then(pl.struct(fields)))
