"""JSON text -> its value, with all digits of whole numbers; and which keys are twice in one object."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import polars as pl

from analysis.errors import FormatError

Remarks = Counter[tuple[str, str]]
"""How often each (kind of remark, column or detail) occurred."""
LONG_DIGITS = "[0-9]{19}"
"""What a whole number beyond 64 bits has in any writing; orjson reads such a number as a float."""
CHECKED_RECORDS = 1_000
SURROGATE = re.compile("[\ud800-\udfff]")
_LONG = re.compile(LONG_DIGITS)


def loads(text: str) -> Any:
    """The value of a JSON text, all digits kept. Raises RecursionError, FormatError where it is none."""
    return exact(text, Counter())


def exact(text: str, notes: Remarks) -> Any:
    """The same for a record; also where it has NaN, control characters or half a surrogate pair, which becomes U+FFFD.

    Raises RecursionError, FormatError where it is no JSON: the message is the reason.
    """
    if not _LONG.search(text):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
    try:
        value = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise FormatError(f"not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}") from None
    except ValueError:
        raise FormatError("holds a number of more digits than can be read") from None
    return without_surrogates(value, notes) if "\\u" in text or "\\U" in text else value


def without_surrogates(value: Any, notes: Remarks) -> Any:
    """A value with U+FFFD for each half of a surrogate pair; the texts that held one are counted."""
    if isinstance(value, str):
        fixed = SURROGATE.sub("\ufffd", value)
        notes["lone_surrogate", ""] += fixed != value
        return fixed
    if isinstance(value, list):
        return [without_surrogates(v, notes) for v in value]
    if isinstance(value, dict):
        return {without_surrogates(k, notes): without_surrogates(v, notes) for k, v in value.items()}
    return value


def with_long_digits(texts: pl.Series) -> list[int]:
    """The positions of the texts that may hold a whole number beyond 64 bits."""
    return texts.str.contains(LONG_DIGITS).arg_true().to_list()


def repeated_keys(texts: pl.Series, values: Sequence[Any], sizes: Sequence[int]) -> Counter[str]:
    """How many records hold an object that has a key twice, by the first such key.

    `sizes`: of each value as compact JSON, in bytes. A record whose own text is as long as this, or as Python
    writes it, has none. Of the others the first 1,000 are read key by key.
    """
    lengths = pl.DataFrame(
        {
            "text": texts.str.len_bytes(),
            "written": pl.Series(sizes, dtype=pl.UInt32),
            "keys": pl.Series(map(len, values), dtype=pl.UInt32),
        }
    )
    by_python = pl.col("written") + 2 * pl.col("keys") - 1
    is_doubtful = (pl.col("text") != pl.col("written")) & (pl.col("text") != by_python)
    doubtful = lengths.select(is_doubtful.arg_true()).to_series().head(CHECKED_RECORDS).to_list()
    seen: Counter[str] = Counter()
    for n, text in zip(doubtful, texts.gather(doubtful), strict=True):
        if text.count('":') + text.count('" :') > written_keys(values[n]) and (key := _repeated(text)) is not None:
            seen[key] += 1
    return seen


def written_keys(value: Any) -> int:
    """How often a quotation mark and a colon follow each other in the compact JSON of a value."""
    try:
        return orjson.dumps(value).count(b'":')
    except TypeError:
        return -1


def _repeated(text: str) -> str | None:
    """The first key that is twice in one object of a JSON text."""
    twice: list[str] = []

    def note(pairs: Iterable[tuple[str, Any]]) -> None:
        names = Counter(name for name, _ in pairs)
        twice.extend(name for name, times in names.items() if times > 1)

    try:
        json.loads(text, object_pairs_hook=note, strict=False)
    except (ValueError, RecursionError):
        return None
    return twice[0] if twice else None
