"""What is known of one part of a dataset: its rows, kinds of value, remarks and problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from analysis.formats.jsontext import Remarks
from analysis.formats.kinds import Kind
from analysis.formats.shapes import Shape


@dataclass
class Facts:
    """What is known of one part. `hashes`: 8 bytes a row. `kinds` and `types`: by source column, in order. `chars`: by
    stored String column, characters and values that are not null. `filled`: values that are not null by canonical
    column. `examples`: a text in a column of numbers. `not_numbers`: columns that the plan's types do not fit.
    `layouts`: rows by name of the layout, "" for rows that no shape reads, of which `unread` are some records.
    """

    file: str
    rows: int
    container: str = ""
    path: str = ""
    done: int = 0
    hashes: bytes = b""
    kinds: dict[str, Counter[Kind]] = field(default_factory=dict)
    types: dict[str, pl.DataType] = field(default_factory=dict)
    chars: dict[str, tuple[int, int]] = field(default_factory=dict)
    filled: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: Remarks = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    not_numbers: int = 0
    layouts: Counter[str] = field(default_factory=Counter)
    unread: list[dict[str, Any]] = field(default_factory=list)
    shapes: tuple[Shape, ...] = ()
