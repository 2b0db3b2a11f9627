"""How does a person ask for files to be read, and which limits hold?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.errors import FormatError
from analysis.formats import column_types, encodings

FORMATS = ("instruction", "chat", "preference", "kto", "reward", "text", "table")
ROLES = (
    "prompt",
    "input",
    "response",
    "system",
    "rejected",
    "messages",
    "tools",
    "text",
    "score",
    "score_chosen",
    "score_rejected",
    "label",
    "annotator",
    "source",
    "item",
    "created_at",
    "session",
    "language",
    "group",
    "split",
    "embedding",
    "key",
)
TEXT_ROLES = frozenset(("prompt", "input", "response", "system", "rejected", "messages", "tools", "text", "score"))
KNOWN_FILES = "JSONL, JSON, CSV, TSV, plain text, Parquet and Arrow, each plain, .gz or .zst"
MAX_RECORD_BYTES = 256 << 20
MAX_COLUMNS = 5_000
BLOCK_BYTES = 8 << 20


@dataclass(frozen=True)
class ReadOptions:
    """How to read files; what is not given here is detected.

    `roles`: (role, column) pairs or a mapping, each overriding the detected role; an empty column means that no column
    has this role. `separator` and `header` (does the first line name the columns?) are for CSV. `format`: one of
    FORMATS. `missing`: words that mean that no value was given, in all columns that hold no text to train on. `layout`:
    the name of a layout, or "columns" to read all records column by column. `encoding`: Python's name of the encoding
    of text files. `types`: (column, type) pairs or a mapping; a type is one of `analysis.formats.column_types`.
    `splits`: the split of each file, in their order, where a folder says so; they become the column `split`. `config`:
    the configuration of a dataset repository, which chooses its files. `split`: the one split of a folder to read.
    """

    roles: tuple[tuple[str, str], ...] | Mapping[str, str] = ()
    separator: str | None = None
    header: bool | None = None
    format: str | None = None
    layout: str | None = None
    missing: tuple[str, ...] = ()
    encoding: str | None = None
    types: tuple[tuple[str, str], ...] | Mapping[str, str] = ()
    splits: tuple[str, ...] = ()
    config: str | None = None
    split: str | None = None

    @property
    def chooses_layout(self) -> bool:
        """Whether the layout of each record is left to the program: no format and no role of a text is given."""
        return self.format is None and self.layout in (None, "") and not dict(self.roles).keys() & TEXT_ROLES

    def __post_init__(self) -> None:
        for name in ("roles", "types"):
            object.__setattr__(self, name, tuple(sorted(_pairs(getattr(self, name)))))
        object.__setattr__(self, "missing", tuple(sorted(set(self.missing))))
        object.__setattr__(self, "splits", tuple(self.splits))
        if self.encoding is not None:
            object.__setattr__(self, "encoding", encodings.checked(self.encoding))
        column_types.check(dict(self.types))
        for role in dict(self.roles):
            if role not in ROLES:
                raise FormatError(f"There is no role {role!r}; the roles are {', '.join(ROLES)}.")
        if self.format is not None and self.format not in FORMATS:
            raise FormatError(f"There is no format {self.format!r}; the formats are {', '.join(FORMATS)}.")
        if self.separator is not None and len(self.separator) != 1:
            raise FormatError(f"The separator {self.separator!r} is not one character; give one such as , or ;.")


def _pairs(given: Iterable[tuple[str, str]] | Mapping[str, str]) -> list[tuple[str, str]]:
    return [(str(key), str(value)) for key, value in (given.items() if isinstance(given, Mapping) else given)]


AS_FOUND = ReadOptions()
"""Everything is detected."""


def max_bytes() -> int:
    """The most bytes read from one file after decompression: WINNOW_MAX_BYTES, or 64 GiB."""
    return int(os.environ.get("WINNOW_MAX_BYTES", 64 << 30))
