"""Is every text of a record in a column?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from analysis.formats.layouts.values import opened

NAMING = ("role", "type")
"""Keys whose values say what a part is; the canonical columns have names of their own for these."""


def leaves(value: Any) -> Iterator[str]:
    """Every text in a value, at any depth."""
    if isinstance(value, str):
        inner = opened(value)
        if inner is value:
            yield value
        else:
            yield from leaves(inner)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from () if name in NAMING else leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)


def lost(records: list[dict[str, Any]], frame: pl.DataFrame) -> set[str]:
    """The texts of these records that are in no column of the frame."""
    kept = json.dumps(frame.drop("source_record").to_dicts(), ensure_ascii=False, default=str)
    kept = kept.replace("\\\\", "\\").replace('\\"', '"')
    return {text for text in leaves(records) if text and json.dumps(text, ensure_ascii=False)[1:-1] not in kept}
