"""Which hash identifies the content of a record, whatever the order of its keys?"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from xxhash import xxh3_64_digest

from analysis.formats import kinds
from analysis.formats.parsing import Records
from analysis.formats.table_json import row_texts
from analysis.formats.tables import TableRows


def hashed(records: Records, parts: Sequence[int] | None, *, has_nulls: bool) -> tuple[bytes, array[int]]:
    """8 bytes for each record, and the size of its JSON. The JSON is not kept: that takes longer than to make it. The
    sizes of typed tables, which have no text of their own, are not given."""
    sizes = array("Q")
    if (
        isinstance(records.values, TableRows)
        and parts is None
        and (texts := row_texts(records.values.frame)) is not None
    ):
        return b"".join(map(xxh3_64_digest, texts.to_list())), sizes
    values = map(_without_nulls, records.values) if has_nulls else iter(records.values)
    if parts is not None:
        values = _numbered(values, parts)
    hashes = []
    for value in values:
        text = row_text(value)
        sizes.append(len(text))
        hashes.append(xxh3_64_digest(text))
    return b"".join(hashes), sizes


def row_text(record: dict[str, Any]) -> bytes:
    """The content of a record without null values, whose hash is its id: its JSON with sorted keys."""
    try:
        return orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=kinds.plain)
    except TypeError:
        return json.dumps(
            record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=kinds.plain
        ).encode()


def _numbered(values: Iterable[dict[str, Any]], parts: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The records with their number where one record gives several rows, so that each row has an id of its own."""
    return ({**value, "\0row": part} if part else value for value, part in zip(values, parts, strict=True))


def _without_nulls(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None} if None in record.values() else record
