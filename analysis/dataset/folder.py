"""What a dataset's description says: its source, and the names, types and roles of the source's columns.

The rows are Parquet parts in source order and are never rewritten.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

import polars as pl

from analysis.dataset.names import name_among_all, with_own_names
from analysis.errors import DatasetError
from analysis.formats.columns import CANONICAL as CANONICAL
from analysis.formats.columns import MESSAGES as MESSAGES
from analysis.joined_values import join_values
from analysis.signal import REST, Catalogue

TEXTS = ("system", "prompt", "response", "rejected", "text", "messages", "messages_rejected", "tools")
SOURCES = frozenset(("system", "prompt", "input", "response", "rejected", "text", "tools"))
"""Roles of columns from which the canonical texts are made."""
PLACE = {
    "source_file": pl.String(),
    "source_line": pl.UInt32(),
    "source_record": pl.String(),
    "source_row": pl.UInt32(),
    "layout": pl.String(),
}
"""Where a row comes from: file, line, the record's own text, the row's position among those of its record, from 0; and
the layout by which it was read, null where no layout reads it."""
TAGS: dict[str, pl.DataType] = {"tags": pl.List(pl.String), "disputed_tags": pl.List(pl.String)}
HAS_PROPOSAL = "has_proposal"
"""Whether a person proposed another text for the row. In a file that an earlier version opened, a column of the source
may have this name; it keeps it."""
ROW_NOTE = "row_note"
"""The notes that people wrote on the row, each on lines of its own, the earliest first; null without one. A column of a
file that an earlier version opened may have this name too; it keeps it."""
BY_PEOPLE = (*TAGS, HAS_PROPOSAL, ROW_NOTE)
"""The columns of what people recorded about rows."""


class DatasetFolder:
    """The description of a dataset and of the columns of its source; reads no rows.

    In `meta` the source's columns have their own names where that is possible (`with_own_names`); `stored_meta` and
    `stored_names` say how they are stored.
    """

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.folder, self.catalogue = folder, catalogue
        try:
            self.meta = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
            self.id: str = self.meta["id"]
            self.name: str = self.meta["name"]
            self.fingerprint: str = self.meta["fingerprint"]
            self.format: str = self.meta["format"]
            self.height: int = self.meta["rows"]
            self.roles: dict[str, str] = self.meta["roles"]
        except FileNotFoundError:
            raise DatasetError(f"No dataset {folder.name!r} in this workspace; open its file first.") from None
        except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
            raise DatasetError(
                f"{folder / 'dataset.json'} is damaged ({error}); delete its folder and open the file again."
            ) from None
        self.stored_meta = self.meta
        self.meta, self.stored_names = with_own_names(self.meta)
        self.roles = self.meta["roles"]

    def called(self, column: str) -> str:
        """The name of a column on the screen: `prompt (in the file)` for `prompt_original`."""
        return name_among_all(self.stored_meta, column)

    @cached_property
    def originals(self) -> dict[str, pl.DataType]:
        """The source's own columns and their types, in source order."""
        parts = self._parts
        types = pl.read_parquet_schema(parts[0]) if parts else {}
        stored = {name: self.stored_names.get(name, name) for name in self.meta["columns"]}
        return {name: types[column] for name, column in stored.items() if column in types}

    @cached_property
    def canonical(self) -> dict[str, pl.DataType]:
        """The canonical columns that hold anything in this dataset."""
        return {name: dtype for name, dtype in CANONICAL.items() if name in self.meta["canonical"]}

    @cached_property
    def _parts(self) -> list[Path]:
        return sorted((self.folder / "rows").glob("*.parquet"))

    def role(self, name: str) -> str | None:
        """The column that plays this role, or None.

        >>> from analysis.workspace import Workspace
        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> dataset.role("prompt"), dataset.role("rejected")
        ('instruction', None)
        """
        return self.roles.get(name)

    def columns_of(self, role: str) -> list[str]:
        """The columns that play this role; an item may be several columns together."""
        items = self.meta.get("items", [])
        column = self.roles.get(role)
        if role == "item" and items and items[0] == column:
            return list(items)
        return [column] if column else []

    @property
    def has_examples(self) -> bool:
        """Whether some column plays the role of a prompt, a response, messages or raw text; a plain table has none."""
        return any(name in self.canonical for name in TEXTS)

    def texts(self) -> list[str]:
        """The columns a search of any text reads: the texts of the row; for a table, its text columns.

        >>> from analysis.workspace import Workspace
        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> dataset.texts()
        ['prompt', 'response']
        """
        present = [name for name in TEXTS if name in self.canonical]
        return present or [name for name, dtype in self.originals.items() if dtype == pl.String]

    @cached_property
    def rest(self) -> dict[str, str]:
        """The source's columns of texts that are no canonical column themselves, joined by "~" in three groups.

        `columns`: what no canonical column holds, such as metadata. `sources`: what canonical columns are made of, and
        may hold only in part. `conversations`: what `messages` is made of, which holds all of it where it is not null.
        `renamed`: those of them that are stored as `text_original`, since `text` is a canonical column elsewhere.
        """
        whole = set(self.meta["canonical"].values())
        texts = [n for n, d in self.originals.items() if d in (pl.String, pl.List(pl.String)) and n not in whole]
        groups = {name: self._group(name) for name in texts}
        given = {kind: join_values([n for n in texts if groups[n] == kind]) for kind in REST}
        return {**given, "renamed": join_values([name for name in texts if name in self.stored_names])}

    def _group(self, name: str) -> str:
        """In which group of `rest` a column of texts is."""
        several = [self.roles, *(layout["roles"] for layout in self.meta.get("layouts", ()))]
        roles = {role for roles in several for role, column in roles.items() if column == name}
        if "messages" in roles and "messages" in self.canonical:
            return "conversations"
        is_made_from = roles & SOURCES or name in self.meta["json_columns"]
        return "sources" if self.has_examples and is_made_from else "columns"
