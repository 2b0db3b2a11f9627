"""What was looked at for one kind of duplicate: as sentences for the page and the command, and as values for JSON."""

from __future__ import annotations

from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.duplicates.coverage import Boilerplate, Coverage, Judged, boilerplate_of, judged

MOST_COLUMNS = 8


def as_values(dataset: Dataset, kind: str, rows: pl.Series, seen: Coverage) -> dict[str, Any]:
    """`rows`, `columns`, `not_compared` (why -> rows); `boilerplate` and `judgements`, null where the kind has none."""
    aside, people = _boilerplate(dataset, kind, rows), judged(dataset, kind, rows)
    return {
        "rows": seen.rows,
        "columns": seen.columns,
        "not_compared": seen.left_out,
        "boilerplate": None if aside is None else aside._asdict(),
        "judgements": None if people is None else people._asdict(),
    }


def _boilerplate(dataset: Dataset, kind: str, rows: pl.Series) -> Boilerplate | None:
    """What is set aside before rows are compared; None where whole texts are compared."""
    is_aside = kind in ("near", "leaks") and dataset.signal("near_pairs").parameters["boilerplate"] != "kept"
    return boilerplate_of(dataset, rows) if is_aside else None


def what_was_compared(seen: Coverage) -> str:
    """How many rows were compared, in which columns, and why others were not."""
    shown = ", ".join(seen.columns[:MOST_COLUMNS])
    more = f" and {len(seen.columns) - MOST_COLUMNS:,} more" if len(seen.columns) > MOST_COLUMNS else ""
    line = f"Compared: {seen.compared:,} of {seen.rows:,} rows, in {shown}{more}."
    if seen.left_out:
        line += " Not compared: " + "; ".join(f"{count:,} {why}" for why, count in seen.left_out.items()) + "."
    return line


def what_is_aside(dataset: Dataset, kind: str, rows: pl.Series) -> str:
    """In how many rows boilerplate was set aside, and how long it is; empty where there is none."""
    aside = _boilerplate(dataset, kind, rows)
    if aside is None or not aside.rows:
        return ""
    return (
        f"Boilerplate is not compared: {aside.rows:,} of {len(rows):,} rows begin or end with passages, up to "
        f"{aside.words:,} words, that many rows share."
    )


def what_are_judgements(dataset: Dataset, kind: str, rows: pl.Series) -> str:
    """How several judgements of one item are treated; empty where the dataset has none."""
    people = judged(dataset, kind, rows)
    return "" if people is None else _in_words(people, len(rows))


def _in_words(people: Judged, rows: int) -> str:
    named = " and ".join(f"{role} ({column})" for role, column in people.roles.items())
    if people.are_copies:
        return f"Rows of one text by several annotators count as copies, although there are the roles {named}."
    rule = "Rows of one text and item by different annotators are judgements, no copies"
    return f"{rule}: {people.rows:,} of {rows:,} rows. Roles: {named}."
