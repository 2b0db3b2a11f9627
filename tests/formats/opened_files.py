"""A file of given bytes, imported: its description, and its rows as one frame."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from analysis.formats import ReadOptions, import_files


class Opened:
    """`info`: the description. `rows`: the rows as they are stored. `problems`: the records that cannot be read."""

    def __init__(self, folder: Path, *files: tuple[str, bytes | str], **reading: Any) -> None:
        paths = []
        for name, content in files:
            paths.append(folder / name)
            paths[-1].parent.mkdir(parents=True, exist_ok=True)
            paths[-1].write_bytes(content.encode() if isinstance(content, str) else content)
        out = folder / "imported"
        self.info = import_files(paths, out, ReadOptions(**reading))
        self.rows = pl.concat(pl.read_parquet(part) for part in sorted((out / "rows").glob("*.parquet")))
        self.problems = [json.loads(line) for line in (out / "problems.jsonl").read_text("utf-8").splitlines()]

    def __getitem__(self, column: str) -> list[Any]:
        """A column by its canonical or its stored name."""
        return self.rows[self.info["canonical"].get(column) or column].to_list()

    @property
    def sentences(self) -> str:
        """All notes."""
        return " ".join(note["sentence"] for note in self.info["notes"])
