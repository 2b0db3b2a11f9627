"""Values of files that are not opened yet, with their personal data masked: what patterns find, no names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from analysis.personal_data.cells import rewritten, texts_in
from analysis.personal_data.known_values import KnownValues
from analysis.personal_data.masking import masked_value
from analysis.personal_data.placeholders import is_placeholder
from analysis.personal_data.scanning import OVERLAP_CHARS, scanner

__all__ = ["masked_values"]


def masked_values(values: Sequence[Any]) -> list[Any]:
    """The values with every hit of the default types masked in each of their texts; placeholders stay.

    A text is cut at 10,000 characters, longer than any hit, so this is for values of which the beginning is shown. A
    value found in one text is masked in all. Null and numbers stay as they are.
    """
    begun = [rewritten(value, lambda text: text[:OVERLAP_CHARS]) for value in values]
    texts = pl.Series(list(dict.fromkeys(text for value in begun for text in texts_in(value))), dtype=pl.String)
    hints: dict[str, str] = {}
    for place, scan in scanner().scan(texts).items():
        for hit in scan.hits:
            value = texts[place][hit.start : hit.end]
            if not is_placeholder(hit.type, value):
                hints |= dict.fromkeys((value, json.dumps(value)[1:-1]), masked_value(hit.type, value))
    return [rewritten(value, KnownValues(hints)) for value in begun] if hints else begun
