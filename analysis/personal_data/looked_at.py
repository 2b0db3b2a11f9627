"""Which columns does a scan look at, which not, and what do the names of files and columns hold?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.names import name_in_file
from analysis.personal_data.pieces import READ, rest_of
from analysis.personal_data.scanning import Scan, scanner
from analysis.personal_data.types import described
from analysis.signal import Signal

ENDINGS = frozenset(".jsonl .ndjson .json .csv .tsv .parquet .arrow .feather .txt .md .gz .zst".split())


class LookedAt(NamedTuple):
    """The columns that are scanned, canonical ones first, and those of the source that hold no text."""

    columns: list[str]
    without_text: list[str]

    @property
    def sentence(self) -> str:
        """What was scanned and what was not, in words."""
        sentences = [f"Scanned: {', '.join(self.columns)}." if self.columns else "No column holds texts."]
        if self.without_text:
            sentences.append(f"Not scanned, since they hold no text: {', '.join(self.without_text)}.")
        return " ".join(sentences)


class Named(NamedTuple):
    """A name of a file or column that holds personal data: `number` counts from 1 in the order of the source."""

    what: str
    number: int
    types: tuple[str, ...]

    @property
    def sentence(self) -> str:
        held = ", ".join(described(type_).title for type_ in self.types)
        return f"The name of {self.what} {self.number} holds personal data ({held}); exports name it. Rename it first."


def looked_at(dataset: Dataset, signal: Signal) -> LookedAt:
    """Which columns a scan by this signal reads."""
    rest = rest_of(signal)
    canonical = [name for name in READ if name in dataset.canonical]
    roles = {dataset.roles[name] for name in (*READ, "input") if name in dataset.roles}
    read = {*rest.every, *roles, *(column for column in dataset.meta["canonical"].values() if column)}
    scanned = dict.fromkeys(name_in_file(dataset.meta, name) for name in (*canonical, *rest.columns, *rest.sources))
    left = [name_in_file(dataset.meta, name) for name in dataset.originals if name not in read]
    return LookedAt([*scanned], left)


def names_of(dataset: Dataset) -> list[Named]:
    """The names of files and columns that hold personal data."""
    names = {
        "file": [_without_ending(str(file["name"])) for file in dataset.meta["files"]],
        "column": list(dataset.originals),
    }
    return [
        Named(what, number + 1, tuple(sorted({hit.type for hit in scan.hits})))
        for what, several in names.items()
        for number, scan in sorted(_scans(several).items())
    ]


def _without_ending(name: str) -> str:
    """A file's name without its endings, with which an address in it would be none."""
    stem = name
    while PurePath(stem).suffix.lower() in ENDINGS:
        stem = stem[: -len(PurePath(stem).suffix)]
    return stem


def _scans(texts: Sequence[str]) -> Mapping[int, Scan]:
    return scanner().scan(pl.Series(texts, dtype=pl.String))


def nothing_looked_at(rows: int, columns: Sequence[str]) -> str:
    """Why a scan of so many rows has no result, and what to do."""
    if not rows:
        return "no row is in view. Remove a filter."
    if not columns:
        return "no column of this dataset holds texts, and numbers are not scanned. Open another file."
    return (
        f"the rows in view hold no text in {', '.join(columns)}. Remove a filter, or open the file "
        "again if its texts were not read."
    )
