"""What is a column of the source called? Its name in the file, though Winnow may store it under another.

A file's column `prompt` is stored as `prompt_original`, since `prompt` is a column of Winnow. Filters and commands take
the stored name, which no other column has; pages and sentences show that of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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
