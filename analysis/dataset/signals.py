"""Which signals has a dataset, with which parameters, and which columns can be asked for now?

Each signal's columns are in a file beside the rows, of the same height.
"""

from __future__ import annotations

import copy
import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import polars as pl

from analysis.dataset.folder import CANONICAL, HAS_PROPOSAL, PLACE, ROW_NOTE, TAGS, DatasetFolder
from analysis.errors import DatasetError
from analysis.joined_values import join_values
from analysis.keys import key_id
from analysis.signal import ROW_ID, Catalogue, Signal
from analysis.view.operators import kind_of

FAILURES = "failures"  # the table beside a signal's columns that lists the rows on which it failed
FAILURE_TABLE: dict[str, pl.DataType] = {ROW_ID: pl.String(), "failure": pl.String()}


@functools.cache
def _is_for_machines(dtype: pl.DataType) -> bool:
    """Whether a signal's column of this type is only for other signals, not for people: vectors, places, lists."""
    of_numbers = isinstance(dtype, pl.List | pl.Array) and pl.Series([], dtype=dtype.inner).dtype.is_numeric()
    return of_numbers or kind_of(dtype) == "place"


class DatasetSignals(DatasetFolder):
    """The signals of a dataset, and the columns that it has with those that are computed; reads no rows."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        super().__init__(folder, catalogue)
        self._signals: dict[str, Signal] = {}
        self._schema: tuple[tuple[Signal, ...], dict[str, pl.DataType]] | None = None

    def read_with(self, parameters: Mapping[str, Mapping[str, object]]) -> Self:
        """The same dataset with these parameters of signals, by the signal's name; nothing of it is kept on disk.

        Columns that are in memory are shared: a column is kept under the key of its signal.
        """
        other = copy.copy(self)
        other.meta = {**self.meta, "parameters": {**self.meta.get("parameters", {}), **parameters}}
        other._signals, other._schema = {}, None
        return other

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
