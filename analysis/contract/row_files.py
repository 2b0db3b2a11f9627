"""One file per rule with the rows that show it: their ids and their places in the source, no text of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl

from analysis.contract.keeping import write_for_owner
from analysis.contract.results import ContractResult, RuleResult
from analysis.dataset import Dataset
from analysis.errors import ContractError
from analysis.signal import ROW_ID

INDEX = "rules.json"
PLACES = ("source_file", "source_line")
NAME_CHARS = 60


def write_rows(result: ContractResult, dataset: Dataset, folder: Path) -> list[Path]:
    """Writes the files into a folder, and `rules.json`, which says which file is of which rule.

    An earlier writing into the folder is replaced. Raises ContractError where the folder holds other files.
    """
    _make_room(folder)
    paths, index = [], []
    for number, rule in enumerate(result.rules, 1):
        path = folder / f"{number:02}-{_slug(rule.rule.name)}.jsonl" if rule.faulty is not None else None
        if path:
            write_for_owner(path, lines_of(rule, dataset))
            paths.append(path)
        entry = {"rule": rule.rule.name, "status": rule.status, "rows": rule.rows, "file": path.name if path else None}
        index.append(entry)
    write_for_owner(folder / INDEX, json.dumps(index, ensure_ascii=False, indent=1) + "\n")
    return paths


def _make_room(folder: Path) -> None:
    """The folder, empty. Raises ContractError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ContractError(
            f"The folder {folder} cannot be made ({error.strerror}); name another with --rows."
        ) from None
    names = {path.name for path in folder.iterdir()}
    earlier = _earlier(folder) if INDEX in names else set()
    if others := sorted(names - earlier - {INDEX}):
        raise ContractError(
            f"The folder {folder} holds other files, such as {others[0]!r}; name a new one with --rows."
        )
    for name in earlier:
        (folder / name).unlink(missing_ok=True)


def _earlier(folder: Path) -> set[str]:
    """The files of an earlier writing."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        return set()
    entries = index if isinstance(index, list) else []
    names = [entry.get("file") for entry in entries if isinstance(entry, dict)]
    return {name for name in names if isinstance(name, str) and re.fullmatch(r"\d+-[\w-]*\.jsonl", name)}


def _slug(name: str) -> str:
    """The name of a rule as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:NAME_CHARS]


def rows_of(rule: RuleResult, dataset: Dataset, limit: int | None = None) -> pl.DataFrame:
    """The rows that show a rule, in their order: `row_id`, `source_file`, `source_line`, `is_accepted`."""
    if rule.faulty is None:
        schema = {ROW_ID: pl.String, "source_file": pl.String, "source_line": pl.UInt32, "is_accepted": pl.Boolean}
        return pl.DataFrame(schema=schema)
    rows = rule.faulty if limit is None else rule.faulty.head(limit)
    accepted = rule.accepted_rows if rule.accepted_rows is not None else pl.Series([], dtype=pl.UInt32)
    frame = dataset.frame([ROW_ID, *PLACES], rows)
    return frame.with_columns(rows.is_in(accepted.implode()).alias("is_accepted"))


def lines_of(rule: RuleResult, dataset: Dataset) -> str:
    """The same as JSON lines."""
    return rows_of(rule, dataset).write_ndjson()
