"""Which texts of a record are in the rows that were read of it? And records as a file of any container."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis.formats import ReadOptions, import_files
from analysis.formats.messages import Message
from analysis.formats.options import AS_FOUND

RENAMED = frozenset(("prompter", "tool_result", "user", "model", "human", "gpt"))
"""Words for a role or a kind of part that the canonical messages have a word of their own for."""

PLACES = ("row_id", "source_file", "source_line", "source_record", "source_row", "layout")


def leaf_texts(value: Any) -> Iterator[str]:
    """Every text in a value, at any depth; of a text that is JSON of a list or an object, the texts in it too."""
    if isinstance(value, str):
        yield value
        if value.lstrip()[:1] in ("[", "{"):
            try:
                yield from leaf_texts(json.loads(value))
            except json.JSONDecodeError:
                return
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaf_texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaf_texts(item)


class Opened:
    """A file as it was read. `info`: its description. `rows`: its rows, each with the columns that are not null."""

    def __init__(self, path: Path, folder: Path, reading: ReadOptions = AS_FOUND) -> None:
        self.folder = folder
        self.info = import_files([path], folder, reading)
        self.rows = [
            {name: value for name, value in row.items() if value is not None}
            for row in pl.read_parquet(folder / "rows").to_dicts()
        ]

    @property
    def problems(self) -> list[dict[str, Any]]:
        """The records that cannot be read, with line and reason."""
        return [json.loads(line) for line in (self.folder / "problems.jsonl").read_text("utf-8").splitlines()]

    @property
    def layouts(self) -> dict[str, int]:
        """Rows by layout."""
        return {layout["layout"]: layout["rows"] for layout in self.info["layouts"]}

    def canonical(self, name: str) -> list[Any]:
        """The values of a canonical column; nulls where the dataset does not have it."""
        if name not in self.info["canonical"]:
            return [None] * len(self.rows)
        return [row.get(self.info["canonical"][name] or name) for row in self.rows]

    def turns(self, name: str = "messages") -> list[list[dict[str, Any]] | None]:
        """The messages of each row, each with the fields that are not null."""
        return [
            None if chat is None else [{k: v for k, v in turn.items() if v is not None} for turn in chat]
            for chat in self.canonical(name)
        ]

    def texts(self, row: int, *, only_canonical: bool = False) -> set[str]:
        """Every text in the columns of a row; numbers as they are written."""
        names = {stored or name for name, stored in self.info["canonical"].items()}
        values = {n: v for n, v in self.rows[row].items() if n not in PLACES and (n in names or not only_canonical)}
        return {*leaf_texts(values), *(json.dumps(v) for v in values.values() if isinstance(v, int | float))}


def missing_texts(record: Any, opened: Opened, *rows: int, only_canonical: bool = False) -> set[str]:
    """The texts of a record that no column of these rows holds, alone or as a part of its text; of all rows where none
    is named."""
    numbers = rows or range(len(opened.rows))
    held = set().union(*(opened.texts(row, only_canonical=only_canonical) for row in numbers))
    return {t for t in leaf_texts(record) if t.strip() and t not in held and not any(t in text for text in held)}


def write(records: Sequence[dict[str, Any]], path: Path) -> Path:
    """Records as a file; its suffix says of which container. A table that cannot type its values has them as JSON."""
    if path.suffix == ".parquet":
        try:
            frame = pl.DataFrame(records, infer_schema_length=None)
        except (TypeError, pl.exceptions.PolarsError):
            frame = pl.DataFrame(_cells(records), infer_schema_length=None)
        frame.write_parquet(path)
    elif path.suffix == ".json":
        path.write_text(json.dumps(list(records), indent=1))
    elif path.suffix == ".csv":
        pl.DataFrame(_cells(records), infer_schema_length=None).write_csv(path)
    else:
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def _cells(records: Sequence[dict[str, Any]]) -> list[dict[str, str | None]]:
    return [{k: v if v is None or isinstance(v, str) else json.dumps(v) for k, v in r.items()} for r in records]


def turn(role: str, content: str | None = None, **fields: Any) -> dict[str, Any]:
    """A message with the fields that are not null."""
    return {k: v for k, v in Message(role, content, **fields)._asdict().items() if v is not None}
