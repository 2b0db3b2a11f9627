"""How does a person ask for files to be read, and which limits hold?"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from analysis.errors import FormatError
from analysis.formats import column_types, encodings
from analysis.formats.columns import CANONICAL

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
PLACES = ("row_id", "source_file", "source_line", "source_record", "source_row", "layout")
RESERVED = frozenset((*CANONICAL, *PLACES, "tags", "disputed_tags", ""))
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
    the configuration of a dataset repository, which chooses its files.
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


def item_columns(named: str, columns: Iterable[str], renamed: Mapping[str, str]) -> list[str]:
    """The stored columns of the role item as a person gives it: one, or several with a plus between them."""
    stored = {renamed.get(column, column): column for column in columns} | {column: column for column in columns}
    if named in stored or "+" not in named:
        return [stored[named]] if named in stored else []
    return [stored[part.strip()] for part in named.split("+") if part.strip() in stored]


def stored_name(column: str, adds: Collection[str] = ()) -> str:
    """The name under which a source's column is kept: its own, unless that is reserved or a layout `adds` it.

    `tags` becomes `tags_original`; so that no two columns get one name, `tags_original` gets one more `_original`.
    """
    bare = column
    while bare.endswith("_original"):
        bare = bare.removesuffix("_original")
    if bare not in RESERVED and bare not in adds:
        return column
    return f"{column}_original" if column else "unnamed_original"
