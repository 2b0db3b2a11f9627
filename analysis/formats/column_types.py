"""Column types that a person sets by hand: which there are, and how values become values of such a type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from analysis.errors import FormatError
from analysis.formats.kinds import INT64, TRUTHS, Kind, as_text

TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
    "truth": pl.Boolean(),
    "date": pl.Datetime("us"),
}
"""Type -> the type of the column."""
KIND_OF: dict[str, Kind] = {"text": "str", "number": "float", "integer": "int", "truth": "bool", "date": TYPES["date"]}
SEPARATED = re.compile(r"[-+]?\d{1,3}(?:([,. '\u00a0\u202f’])\d{3})(?:\1\d{3})*")
DECIMAL_COMMA = re.compile(r"[-+]?(?:\d{1,3}(?:[. '\u00a0\u202f’]\d{3})+|\d*),\d+")
WORDS = {**TRUTHS, "yes": True, "no": False, "1": True, "0": False, "t": True, "f": False, "y": True, "n": False}
EPOCH = datetime(1970, 1, 1)
EPOCH_SECONDS = (10**8, 10**10)
DAY_FIRST = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%y")
YEAR_FIRST = ("%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y%m%d")
NAMED_MONTH = ("%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y")
ANY_DATE = (*DAY_FIRST, *YEAR_FIRST, *NAMED_MONTH)


def check(types: Mapping[str, str]) -> None:
    """Raises FormatError where a type is not known, or the format of a date cannot be used."""
    for column, named in types.items():
        base, _, detail = named.partition(":")
        if base not in TYPES or (detail and base != "date" and (base, detail) != ("number", ",")):
            raise FormatError(
                f"There is no type {named!r} for the column {column}; the types are {', '.join(TYPES)}, number:, for a "
                "decimal comma, and date:FORMAT for a date such as date:%d/%m/%Y."
            )
        if detail and base == "date" and _by_format(datetime(2026, 12, 31).strftime(detail), detail) is None:
            raise FormatError(f"{detail!r} is no format of a date; write one such as date:%d/%m/%Y.")


def decimal_commas(cells: pl.Series) -> int:
    """How many text cells are numbers with a decimal comma, such as 3,5."""
    short = cells.drop_nulls()
    short = short.filter(short.str.len_bytes() <= 40)
    return int(short.str.contains(f"^(?:{DECIMAL_COMMA.pattern})$").sum())


def settled(named: str, sample: Iterable[Any]) -> str:
    """The type for these first values: a number gets a decimal comma where the values are written so."""
    if named != "number":
        return named
    texts = [value.strip() for value in sample if isinstance(value, str) and "," in value]
    commas = sum(bool(DECIMAL_COMMA.fullmatch(text)) for text in texts)
    grouped = sum(bool(SEPARATED.fullmatch(text)) for text in texts)
    return "number:," if commas > grouped else named


def column_of(name: str, values: Sequence[Any], named: str) -> tuple[pl.Series, int]:
    """The values as a column of this type, and how many could not be read; these are null."""
    base, _, detail = named.partition(":")
    read = [_value(value, base, detail) if value is not None else None for value in values]
    failed = sum(value is None and given not in (None, "") for value, given in zip(read, values, strict=True))
    return pl.Series(name, read, dtype=TYPES[base]), failed


def _value(value: Any, base: str, detail: str) -> Any:
    if base == "text":
        return as_text(value) if not hasattr(value, "isoformat") else value.isoformat()
    if base == "truth":
        return value if isinstance(value, bool) else WORDS.get(str(value).strip().lower())
    if base == "date":
        return _date(value, detail)
    number = _number(value, detail)
    if base == "number" or number is None:
        return number
    exact = value if type(value) is int else _integer(value, number)
    return exact if exact is not None and -INT64 <= exact < INT64 else None


def _integer(value: Any, number: float) -> int | None:
    text = str(value).strip()
    if re.fullmatch(r"[-+]?\d{1,19}", text):
        return int(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else None


def _number(value: Any, decimal: str) -> float | None:
    if isinstance(value, str):
        text = re.sub(r"[ '\u00a0\u202f’](?=\d{3}(?!\d))", "", value.strip())
        if decimal == ",":
            text = text.replace(".", "").replace(",", ".")
        elif SEPARATED.fullmatch(text.partition(".")[0]):
            text = text.replace(",", "")
        if not re.fullmatch(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", text):
            return None
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**300:
        return None
    return float(value)


def _date(value: Any, written: str) -> datetime | None:
    """The moment in UTC without a zone; a date alone is its midnight, a number seconds or milliseconds since 1970."""
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = str(value).strip()
    if written:
        return _by_format(text, written)
    if re.fullmatch(r"\d{9,13}(?:\.\d+)?", text):
        seconds = float(text) if float(text) < EPOCH_SECONDS[1] else float(text) / 1000
        return EPOCH + timedelta(seconds=seconds) if seconds >= EPOCH_SECONDS[0] else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return next((day for form in ANY_DATE if (day := _by_format(text, form))), None)
    return _in_utc(moment)


def _by_format(text: str, form: str) -> datetime | None:
    try:
        moment = datetime.strptime(text, form)
    except ValueError:
        return None
    return _in_utc(moment)


def _in_utc(moment: datetime) -> datetime:
    offset = moment.utcoffset()
    bare = moment.replace(tzinfo=None)
    is_inside = (
        offset is not None and timedelta(days=1) < bare - datetime.min and timedelta(days=1) < datetime.max - bare
    )
    return bare - offset if offset is not None and is_inside else bare
