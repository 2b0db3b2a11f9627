"""How one file was read: its container, for CSV its dialect, its encoding, and the split that a folder gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.formats.csvfiles import Dialect
from analysis.formats.encodings import Encoding

UTF_8 = Encoding("utf-8")
TABLES = ("parquet", "arrow")
"""The containers whose columns have types."""


@dataclass(frozen=True)
class Source:
    """`split` is null where no folder says which split the file belongs to."""

    container: str
    dialect: Dialect | None = None
    encoding: Encoding = UTF_8
    split: str | None = None

    @property
    def way(self) -> tuple[str, str, str]:
        """How two readings of the same bytes can differ beside the options: container, separator and encoding, which
        is "" where it is UTF-8 or that of the file's mark."""
        encoding = "" if self.encoding.how in ("plain", "mark") else self.encoding.name
        return self.container, self.dialect.separator if self.dialect else "", encoding

    def described(self) -> dict[str, Any]:
        """As dataset.json holds it."""
        values: dict[str, Any] = {"container": self.container}
        if self.dialect is not None:
            values |= {
                "separator": self.dialect.separator,
                "quoted": self.dialect.quoted,
                "columns": list(self.dialect.columns),
                "original": None if self.dialect.original is None else list(self.dialect.original),
            }
            values |= {"skipped": self.dialect.skipped} if self.dialect.skipped else {}
            values |= {"backslash": self.dialect.backslash} if self.dialect.backslash else {}
        if self.encoding != UTF_8:
            values |= {"encoding": self.encoding.name, "encoding_by": self.encoding.how}
        return values | ({"split": self.split} if self.split is not None else {})


def source_of(values: Mapping[str, Any]) -> Source:
    """The source that `described` stored."""
    dialect = None
    if "columns" in values:
        original = None if values["original"] is None else tuple(values["original"])
        dialect = Dialect(
            values["separator"],
            values["quoted"],
            tuple(values["columns"]),
            original,
            values.get("skipped", 0),
            values.get("backslash", ""),
        )
    encoding = Encoding(values["encoding"], b"", values["encoding_by"]) if "encoding" in values else UTF_8
    return Source(values["container"], dialect, encoding, values.get("split"))
