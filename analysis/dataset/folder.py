"""What is in a dataset's folder: its description, the names and types of its columns, its signals.

The rows are Parquet parts in source order and are never rewritten; each signal's columns are beside them in a file of
the same height.
"""

from __future__ import annotations

import copy
import functools
import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import polars as pl

from analysis.dataset.names import name_among_all
from analysis.errors import DatasetError
from analysis.formats.columns import CANONICAL as CANONICAL
from analysis.formats.columns import MESSAGES as MESSAGES
from analysis.joined_values import join_values
from analysis.keys import key_id
from analysis.signal import REST, ROW_ID, Catalogue, Signal
from analysis.view.operators import kind_of

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

FAILURES = "failures"  # the table beside a signal's columns that lists the rows on which it failed
FAILURE_TABLE: dict[str, pl.DataType] = {ROW_ID: pl.String(), "failure": pl.String()}


@functools.cache
def _is_for_machines(dtype: pl.DataType) -> bool:
    """Whether a signal's column of this type is only for other signals, not for people: vectors, places, lists."""
    of_numbers = isinstance(dtype, pl.List | pl.Array) and pl.Series([], dtype=dtype.inner).dtype.is_numeric()
    return of_numbers or kind_of(dtype) == "place"


class DatasetFolder:
    """The description of a dataset and of its columns and signals; reads no rows."""

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
        self._give_names_back()
        self._signals: dict[str, Signal] = {}
        self._schema: tuple[tuple[Signal, ...], dict[str, pl.DataType]] | None = None

    def _give_names_back(self) -> None:
        """Calls each column of the source by its own name wherever the dataset has no canonical column of that name.

        Such a column is stored as `text_original`, since other files have a canonical `text`. In `meta` it is `text`;
        `stored_meta` and `stored_names` say how it is stored, and a saved view may still say `text_original`.
        """
        renamed: dict[str, str] = self.meta["renamed"]
        free = set(CANONICAL) - set(self.meta["canonical"]) - set(self.meta["columns"])
        self.stored_names = {source: stored for stored, source in renamed.items() if source in free}
        if not self.stored_names:
            return
        shown = {stored: source for source, stored in self.stored_names.items()}
        of_columns = ("columns", "mean_chars", "renamed")
        changed: dict[str, Any] = {key: {shown.get(c, c): v for c, v in self.meta[key].items()} for key in of_columns}
        changed["renamed"] = {stored: source for stored, source in renamed.items() if stored not in shown}
        changed["json_columns"] = [shown.get(column, column) for column in self.meta["json_columns"]]
        changed["roles"] = self.roles = {role: shown.get(column, column) for role, column in self.roles.items()}
        changed["layouts"] = [
            {**layout, "roles": {role: shown.get(column, column) for role, column in layout["roles"].items()}}
            for layout in self.meta.get("layouts", ())
        ]
        if "items" in self.meta:
            changed["items"] = [shown.get(column, column) for column in self.meta["items"]]
        self.meta = {**self.meta, **changed}

    def read_with(self, parameters: Mapping[str, Mapping[str, object]]) -> Self:
        """The same dataset with these parameters of signals, by the signal's name; nothing of it is kept on disk.

        Columns that are in memory are shared: a column is kept under the key of its signal.
        """
        other = copy.copy(self)
        other.meta = {**self.meta, "parameters": {**self.meta.get("parameters", {}), **parameters}}
        other._signals, other._schema = {}, None
        return other

    def called(self, column: str) -> str:
        """The name of a column on the screen: `prompt (in the file)` for `prompt_original`."""
        return name_among_all(self.stored_meta, column)

    # Rows

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

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Every column that can be asked for now, with its type: rows, canonical columns, computed signals, tags."""
        computed = tuple(signal for signal in self.signals() if self.has(signal))
        if self._schema is None or self._schema[0] != computed:  # a page asks many times, and signals come one by one
            added = {
                column: dtype() if isinstance(dtype, type) else dtype
                for signal in computed
                for column, dtype in signal.adds.items()
                if column not in self.originals
            }
            places = {name: dtype for name, dtype in PLACE.items() if name not in self.originals}
            also = {stored: self.originals[name] for name, stored in self.stored_names.items()}
            others = {HAS_PROPOSAL: pl.Boolean(), ROW_NOTE: pl.String()}
            people = {**TAGS, **{name: dtype for name, dtype in others.items() if name not in self.originals}}
            schema = {ROW_ID: pl.String(), **CANONICAL, **self.originals, **places, **added, **people, **also}
            self._schema = computed, schema
        return dict(self._schema[1])

    @property
    def shown_columns(self) -> list[str]:
        """What a person may choose from: canonical columns with content, the source's own, computed ones, tags."""
        hidden = {*CANONICAL} - {*self.canonical, *self.originals} | set(self.stored_names.values())
        hidden |= {"source_row"} - set(self.originals)
        if len(self.meta.get("layouts", ())) < 2:
            hidden |= {"layout"} - set(self.originals)
        of_roles = [s for s in self.signals() if s.roles and not any(getattr(s, role) for role in s.roles)]
        nothing_read = [s for s in of_roles if not set(s.reads) & set(CANONICAL)]
        hidden |= {column for s in nothing_read for column in s.adds if column not in self.originals}
        schema = self.schema
        hidden |= {name for name in schema if name not in self.originals and _is_for_machines(schema[name])}
        hidden |= {column for s in self.signals() for column in s.secret} - set(self.originals)
        if len(self.meta["files"]) < 2:
            hidden.add("source_file")
        return [name for name in schema if name not in hidden]

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

    # Signals

    def signal(self, name: str) -> Signal:
        """The catalogue's signal with the parameters chosen for this dataset, and its roles filled in; `whole`, all
        columns of the source, where no column has the role of a text.

        Without a column of splits, each of several files is a split.
        A parameter `of_<signal>` holds the key of a signal whose columns it reads: with another key, another result.

            >>> from analysis.workspace import Workspace
            >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
            >>> dataset.signal("near_pairs").parameters["words"]
            2
        """
        if name not in self._signals:
            chosen = self.meta.get("parameters", {}).get(name, {})
            default = self.catalogue[name]
            played = {role: join_values(self.columns_of(role)) for role in default.roles if role in self.roles}
            if "split" in default.roles and "split" not in played and len(self.meta["files"]) > 1:
                played["split"] = "source_file"
            if "whole" in default.roles and not self.has_examples:
                played["whole"] = join_values(self.originals)
            given = {field: value for field, value in chosen.items() if value != "" or field not in default.roles}
            read = {p: self.signal(p.removeprefix("of_")).key for p in default.parameters if p.startswith("of_")}
            if default.secret:
                given["key_id"] = key_id()
            if default.rest:
                given = {**self.rest, **given}
            self._signals[name] = self.catalogue.signal(name, {**played, **given, **read})
        return self._signals[name]

    def signals(self) -> list[Signal]:
        return [self.signal(name) for name in self.catalogue]

    def path(self, signal: Signal) -> Path:
        return self.folder / f"{signal.key}.parquet"

    def has(self, signal: Signal) -> bool:
        """Whether the columns of this signal are computed.

        >>> from analysis.workspace import Workspace
        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> dataset.has(dataset.signal("named_entities"))
        False
        """
        return os.path.exists(f"{self.folder}/{signal.key}.parquet")  # called often on each page; a Path is slow here

    def table_path(self, signal: Signal, name: str) -> Path:
        return self.folder / f"{signal.key}.{name}.parquet"

    def failures(self, signal: Signal) -> pl.DataFrame:
        """The rows on which this signal failed: `row_id`, and `failure`, the error and its place in the code.

        All columns of the signal are null there, as they are where there was nothing to read.

            >>> from analysis.workspace import Workspace
            >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
            >>> dataset.failures(dataset.signal("lengths")).height
            0
        """
        path = f"{self.folder}/{signal.key}.{FAILURES}.parquet"  # called for several signals on each page, as `has` is
        return pl.read_parquet(path) if os.path.exists(path) else pl.DataFrame(schema=FAILURE_TABLE)

    def table(self, signal: Signal, name: str) -> pl.DataFrame:
        """A signal's second table: `row_id`, then the table's columns, a line per entry, in row order."""
        path = self.table_path(signal, name)
        if not path.exists():
            raise DatasetError(f"The table {name} comes from the signal {signal.name}; compute {signal.name} first.")
        return pl.read_parquet(path)
