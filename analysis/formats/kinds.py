"""Which type a column gets: the kinds of value seen in it, the one type that holds them all, the column built so."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import orjson
import polars as pl
from polars.datatypes import DataTypeClass

Kind = Hashable
"""One of the words below, or a Polars type where the source is typed itself (Parquet, Arrow)."""

EXACT = 2**53
INT64 = 2**63
SCALARS = {str: "str", bool: "bool", float: "float", dict: "nested"}
LISTS = {"strs", "ints", "floats", "empty"}
INTEGER_CELL = r"^(?:0|-?[1-9]\d*)$"
NUMBER_CELL = r"^-?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?$"
TRUTHS = {"true": True, "false": False}


def kinds_of(values: Sequence[Any]) -> Counter[Kind]:
    """How many values of each kind; nulls are not counted. "wide" integers pass 2^53, "huge" ones 64 bits.

    >>> sorted(kinds_of([1, 2.5, None, "a", "b"]).items())
    [('float', 1), ('int', 1), ('str', 2)]
    """
    seen: Counter[Kind] = Counter()
    types = set(map(type, values))
    counts = {types.pop(): len(values)} if len(types) == 1 else Counter(map(type, values))
    for type_, count in counts.items():
        if type_ in SCALARS:
            seen[SCALARS[type_]] += count
        elif type_ is int:
            seen.update(_integer_kinds(values if count == len(values) else [v for v in values if type(v) is int]))
        elif type_ is list:
            seen.update(_list_kind(v) for v in values if type(v) is list)
    return seen


def _integer_kinds(values: Sequence[int]) -> Counter[Kind]:
    if max(values) < EXACT and min(values) > -EXACT:
        return Counter({"int": len(values)})
    return Counter(map(_integer_kind, values))


def _integer_kind(value: int) -> str:
    if -EXACT < value < EXACT:
        return "int"
    return "wide" if -INT64 <= value < INT64 else "huge"


def _list_kind(value: list[Any]) -> str:
    types = set(map(type, value)) - {type(None)}
    if not types:
        return "empty"
    if types == {str}:
        return "strs"
    if types == {int} and all(v is None or -INT64 <= v < INT64 for v in value):
        return "ints"
    is_exact = types <= {int, float} and all(v is None or abs(v) < EXACT for v in value)
    return "floats" if is_exact else "nested"


def cell_kinds(cells: pl.Series) -> Counter[Kind]:
    """The same for the cells of a CSV column, which are all text: int, wide, huge, float, bool or str."""
    cells = cells.drop_nulls()
    # Almost every text is longer than a number or a truth word can be.
    short = cells.filter(cells.str.len_bytes() <= 40)
    integers = short.filter(short.str.contains(INTEGER_CELL))
    numbers = short.filter(short.str.contains(NUMBER_CELL) & ~short.str.contains(INTEGER_CELL))
    truths = int(short.str.to_lowercase().is_in(list(TRUTHS)).sum())
    seen: Counter[Kind] = Counter()
    if len(integers):
        seen += _integer_kinds([int(v) for v in integers])
    floats = int((numbers.cast(pl.Float64).abs() < EXACT).sum()) if len(numbers) else 0
    seen += Counter({"float": floats, "bool": truths, "str": len(cells) - len(integers) - floats - truths})
    return seen


def type_of(kinds: Iterable[Kind]) -> pl.DataType:
    """The one type for values of all these kinds; String (with JSON for what is not text) where no other holds them.

    >>> type_of(["int", "float"]), type_of(["int", "str"])
    (Float64, String)
    """
    seen = set(kinds)
    typed = [kind for kind in seen if isinstance(kind, pl.DataType)]
    if len(seen) == 1 and typed:
        return typed[0]
    seen = {_kind_of_type(kind) if isinstance(kind, pl.DataType) else kind for kind in seen}
    if not seen:
        return pl.String()
    if seen <= {"bool"}:
        return pl.Boolean()
    if seen <= {"int", "wide"}:
        return pl.Int64()
    if seen <= {"int", "float"}:
        return pl.Float64()
    if seen <= LISTS:
        inner = {"strs": pl.String, "ints": pl.Int64, "floats": pl.Float64}
        if "strs" in seen and len(seen - {"empty"}) > 1:
            return pl.String()
        return pl.List(inner[next(k for k in ("strs", "floats", "ints", "strs") if k in seen or seen == {"empty"})])
    return pl.String()


def _kind_of_type(dtype: pl.DataType | DataTypeClass) -> str:
    if dtype.is_integer():
        return "int"
    if dtype.is_float():
        return "float"
    if isinstance(dtype, pl.List):
        return {"int": "ints", "float": "floats", "str": "strs"}.get(_kind_of_type(dtype.inner), "nested")
    if dtype == pl.Boolean:
        return "bool"
    return "str" if dtype in (pl.String, pl.Null) else "typed"


def is_json(kinds: Iterable[Kind]) -> bool:
    """Whether a String column of these kinds holds JSON text throughout."""
    seen = set(kinds)
    return "nested" in seen and seen <= LISTS | {"nested"}


def is_number(kinds: Iterable[Kind]) -> bool:
    """Whether a String column of these kinds holds numbers throughout, which no other type holds exactly."""
    seen = set(kinds)
    return bool(seen) and seen <= {"int", "wide", "huge", "float"}


def as_text(value: Any) -> str | None:
    """Text unchanged, null as null, anything else as JSON."""
    if value is None or type(value) is str:
        return value
    return as_json(value)


def plain(value: Any) -> str:
    """Text for values that JSON cannot hold: bytes as hex, decimals and durations as `str` writes them."""
    return value.hex() if isinstance(value, bytes) else str(value)


def as_json(value: Any) -> str:
    """Any value as JSON text."""
    try:
        return orjson.dumps(value, default=plain, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        import json

        return json.dumps(value, ensure_ascii=False, default=plain, separators=(",", ":"))


def as_number(value: Any) -> float | None:
    """A finite number, also where it is written as text; null for anything else."""
    if type(value) is str:
        try:
            value = float(value)
        except ValueError:
            return None
    return float(value) if type(value) in (int, float) and abs(value) < 1e300 and math.isfinite(value) else None


def column(name: str, values: Sequence[Any], dtype: pl.DataType, *, is_plain: bool = False) -> pl.Series:
    """Values as one column of this type. `is_plain`: all of them are text or null."""
    if dtype == pl.String and not is_plain:
        values = [v if v is None or type(v) is str else as_json(v) for v in values]
    elif dtype == pl.Float64:
        values = [float(v) if type(v) is int else v for v in values]
    return pl.Series(name, values, dtype=dtype)


def cell_column(cells: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Text cells as one column of this type."""
    if dtype == pl.Boolean:
        return cells.str.to_lowercase() == "true"
    return cells if dtype == pl.String else cells.cast(dtype)
