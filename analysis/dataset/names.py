"""What is a column of the source called? Its name in the file, though Winnow may store it under another.

A file's column `prompt` is stored as `prompt_original`, since `prompt` is a column of Winnow. Filters and commands take
the stored name, which no other column has; pages and sentences show that of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.formats.columns import CANONICAL


def name_in_file(description: Mapping[str, Any], column: str) -> str:
    """The name for a list of nothing but the source's columns: `prompt` for `prompt_original`.

    Where a layout adds a column of that name too, it is the stored name.
    """
    name: str = description["renamed"].get(column, column)
    return column if name in description.get("added", ()) else name


def names_in_file(description: Mapping[str, Any]) -> dict[str, str]:
    """Every column of the source -> its name for a list of nothing but these."""
    return {column: name_in_file(description, column) for column in description["columns"]}


def name_among_all(description: Mapping[str, Any], column: str) -> str:
    """The name for a list that holds columns of Winnow's too: `prompt (in the file)` for `prompt_original`."""
    name = description["renamed"].get(column, column)
    return name if name == column else f"{name} (in the file)"


def with_own_names(description: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The description in which each column of the source has its own name wherever the dataset has no canonical column
    of that name, and the names of these columns -> how they are stored.

    Such a column is stored as `text_original`, since other files have a canonical `text`, and a saved view may still
    say `text_original`.
    """
    free = set(CANONICAL) - set(description["canonical"]) - set(description["columns"])
    stored_names = {source: stored for stored, source in description["renamed"].items() if source in free}
    if not stored_names:
        return description, {}
    shown = {stored: source for source, stored in stored_names.items()}
    of_columns = ("columns", "mean_chars", "renamed")
    changed: dict[str, Any] = {key: {shown.get(c, c): v for c, v in description[key].items()} for key in of_columns}
    changed["renamed"] = {stored: source for stored, source in description["renamed"].items() if stored not in shown}
    changed["json_columns"] = [shown.get(column, column) for column in description["json_columns"]]
    changed["roles"] = {role: shown.get(column, column) for role, column in description["roles"].items()}
    changed["layouts"] = [
        {**layout, "roles": {role: shown.get(column, column) for role, column in layout["roles"].items()}}
        for layout in description.get("layouts", ())
    ]
    if "items" in description:
        changed["items"] = [shown.get(column, column) for column in description["items"]]
    return {**description, **changed}, stored_names
