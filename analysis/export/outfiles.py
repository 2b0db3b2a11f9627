"""Output files that count their records and bytes and compute their SHA-256 while they are written."""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

COMPRESSIONS = (".gz", ".zst", ".gzip", ".zstd")
MAX_STEM_CHARS = 80


@dataclass(frozen=True)
class WrittenFile:
    """A file that was written: its name in the folder, its records, its size and the SHA-256 of its bytes in hex."""

    path: str
    rows: int
    bytes: int
    sha256: str


class OutFile(io.RawIOBase):
    """One new file. `rows` counts its records; the SHA-256 is computed while it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self.bytes = 0
        self._hash = hashlib.sha256()
        self._file = path.open("xb")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._hash.update(data)
        self._file.write(data)
        size = memoryview(data).nbytes
        self.bytes += size
        return size

    def tell(self) -> int:
        return self.bytes

    def close(self) -> None:
        self._file.close()
        super().close()

    def described(self) -> WrittenFile:
        """Name, records, bytes and SHA-256, as in a receipt."""
        return WrittenFile(self.path.name, self.rows, self.bytes, self._hash.hexdigest())


@dataclass
class Written:
    """The result of writing: the files; the columns with their types in words; how many rows lack each column's value;
    how many cells were neutralised, None where that is not done; and sentences about differences from the source."""

    files: list[WrittenFile] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)
    neutralised_cells: int | None = None
    notes: list[str] = field(default_factory=list)

    def count_missing(self, frame: pl.DataFrame, names: Iterable[str]) -> None:
        """Adds the nulls of these columns of `frame`."""
        for name in names:
            self.missing[name] += frame[name].null_count()


def file_stem(name: str) -> str:
    """A name as a safe file name without its endings: only letters, digits, dots, underscores and dashes."""
    path = Path(name)
    while path.suffix.lower() in COMPRESSIONS:
        path = path.with_suffix("")
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-.")[:MAX_STEM_CHARS].rstrip("-.")
    return stem or "dataset"


def type_in_words(dtype: pl.DataType) -> str:
    """A column's type for people: "text", "list of integers", "datetime"."""
    if isinstance(dtype, pl.List | pl.Array):
        return f"list of {type_in_words(dtype.inner)}" if isinstance(dtype.inner, pl.DataType) else "list"
    if isinstance(dtype, pl.Struct):
        return "{" + ", ".join(part.name for part in dtype.fields) + "}"
    if dtype.is_integer():
        return "integer"
    if dtype.is_float():
        return "number"
    return {pl.String: "text", pl.Boolean: "true or false"}.get(type(dtype), str(dtype).partition("(")[0].lower())
