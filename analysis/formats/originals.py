"""A source's own columns, with the types of the plan; what is strange in them is noted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from analysis.formats import column_types, kinds
from analysis.formats.assigning import is_added
from analysis.formats.facts import Facts
from analysis.formats.kinds import Kind
from analysis.formats.parsing import Records
from analysis.formats.plans import Plan
from analysis.formats.table_json import has_plain_json, json_of
from analysis.formats.tables import TableColumn

MISSING_WORDS = ("NULL", "null", "N/A", "n/a", "NA", "nan", "NaN", "None", "-", "<noinput>")
EXAMPLE_CHARS = 40


def originals_of(columns: Mapping[str, Sequence[Any]], records: Records, plan: Plan, facts: Facts) -> list[pl.Series]:
    """The source's own columns, typed; columns that are known but absent here are null."""
    originals = []
    for name in dict.fromkeys([*plan.kinds, *columns]):
        values, stored = columns.get(name), plan.stored_as(name)
        if plan.missing and values is not None and name not in plan.texts:
            values = _without_words(name, values, plan.missing, facts)
        if values is None:
            series = pl.Series(stored, [], dtype=plan.type_of(name)).extend_constant(None, facts.rows)
        elif name in plan.types:
            series, failed = column_types.column_of(stored, values, plan.types[name])
            facts.kinds[name] = Counter({column_types.KIND_OF[plan.types[name].partition(":")[0]]: len(values)})
            facts.notes[f"not_{plan.types[name].partition(':')[0]}", name] += failed
        elif records.frame is not None and not is_added(name):
            given = records.frame[name] if values is columns[name] else pl.Series(name, values, dtype=pl.String)
            series = _typed(given, values, name, plan, facts).alias(stored)
        else:
            cells = pl.Series(stored, values, dtype=pl.String) if records.cells and not is_added(name) else None
            seen = kinds.cell_kinds(cells) if cells is not None else kinds.kinds_of(values)
            facts.kinds[name] = seen
            dtype = plan.type_of(name, set(seen))
            if cells is not None and 0 < seen["str"] == (commas := column_types.decimal_commas(cells)):
                facts.notes["decimal_comma", name] += commas
            _take_example(name, values, seen, facts)
            if name in plan.forced and dtype == pl.Float64 and not set(seen) <= {"int", "float"}:
                facts.not_numbers += 1
                values, cells = list(map(kinds.as_number, values)), None
            if cells is not None:
                series = kinds.cell_column(cells, dtype)
            else:
                series = kinds.column(stored, values, dtype, is_plain=set(seen) <= {"str"})
        facts.types[name] = series.dtype
        _look_for_missing_words(name, series, facts)
        originals.append(series)
    return originals


def _without_words(name: str, values: Sequence[Any], missing: frozenset[str], facts: Facts) -> Sequence[Any]:
    """The values with null for the words that mean that there is none; the same list where none has such a word."""
    words = Counter(value for value in values if type(value) is str and value.strip() in missing)
    for word, count in words.items():
        facts.notes["read_as_missing", f"{name}\0{word.strip()}"] += count
    if not words:
        return values
    return [None if type(value) is str and value in words else value for value in values]


def _typed(series: pl.Series, values: Sequence[Any], name: str, plan: Plan, facts: Facts) -> pl.Series:
    """A column that has a type already: kept; a nested one becomes JSON."""
    dtype = series.dtype
    nests = isinstance(dtype, pl.Struct | pl.Object) or (
        isinstance(dtype, pl.List | pl.Array) and dtype.inner.is_nested()
    )
    has_values = not isinstance(values, TableColumn)  # of a table that was stored before, with the JSON read
    nests |= has_values and dtype == pl.String and any(isinstance(v, list | dict) for v in values)
    if isinstance(dtype, pl.Categorical | pl.Enum | pl.Null):
        series = series.cast(pl.String)
    elif nests and not has_values and has_plain_json(dtype):
        series = json_of(series)
    elif nests or isinstance(dtype, pl.Array):
        series = pl.Series(name, [None if v is None else kinds.as_json(v) for v in values], dtype=pl.String)
    count = len(series) - series.null_count()
    kind = "nested" if nests else series.dtype
    facts.kinds[name] = Counter({kind: count} if count else {})
    wanted = plan.type_of(name, set(facts.kinds[name]))
    return fit(series, wanted)


def fit(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    """A typed column as another type; text where the two have nothing in common."""
    if series.dtype == dtype:
        return series
    if dtype == pl.String and series.dtype.is_nested():
        return pl.Series(series.name, [None if v is None else kinds.as_json(v) for v in series.to_list()], dtype=dtype)
    if dtype == pl.String and series.dtype == pl.Binary:
        return series.bin.encode("base64")
    return series.cast(dtype, strict=False)


def without_nan(name: str, values: Sequence[Any], facts: Facts) -> list[Any]:
    """The values with null for NaN, which some writers use for it: it must not make a text column mixed."""
    kept = list(values)
    for position, value in enumerate(values):
        if type(value) is float and not math.isfinite(value):
            facts.notes["infinite" if math.isinf(value) else "not_a_number", name] += 1
            kept[position] = None if math.isnan(value) else value
    return kept


def _take_example(name: str, values: Sequence[Any], seen: Counter[Kind], facts: Facts) -> None:
    """Keeps one text as an example of why a column is not numeric: the first that is no number."""
    if not seen["str"] > 0:
        return
    rare = next((v for v in values if type(v) is str and kinds.as_number(v) is None), None)
    if rare is not None:
        facts.examples[name] = rare[:EXAMPLE_CHARS]


def _look_for_missing_words(name: str, series: pl.Series, facts: Facts) -> None:
    if series.dtype != pl.String:
        return
    short = series.filter(series.str.len_bytes() <= 9)
    if len(short) and (matches := short.filter(short.is_in(MISSING_WORDS))).len():
        for word, count in matches.value_counts().iter_rows():
            facts.notes["missing_word", f"{name}\0{word}"] += count
