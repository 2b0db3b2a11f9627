"""A dataset's columns: whole, part by part, or of few rows, wherever they are stored; also tags, notes and rulings.

A caller names a column and need not know whether it comes from the source, a signal, or people.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import polars as pl

from analysis.dataset.by_people import (
    NO_NOTES,
    NO_PROPOSALS,
    NO_RULINGS,
    Rulings,
    note_column,
    proposal_column,
    tag_columns,
)
from analysis.dataset.folder import CANONICAL, HAS_PROPOSAL, PLACE, ROW_NOTE, TAGS
from analysis.dataset.signals import DatasetSignals
from analysis.dataset.stored import stored_column
from analysis.errors import DatasetError
from analysis.signal import ROW_ID, Catalogue, Signal

KEPT_TABLES = 4
NEAR_ROWS = 200  # rows nearer than this are read from disk in one piece


def memory_budget() -> int:
    """Bytes that one dataset's columns may hold in memory: a quarter of the machine's memory.

    `WINNOW_MEMORY_MB` overrides it.
    """
    if given := os.environ.get("WINNOW_MEMORY_MB"):
        if not given.isdecimal():
            raise DatasetError(f"WINNOW_MEMORY_MB is {given!r}, which is no number of megabytes; set one such as 2000.")
        return int(given) << 20
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4


class DatasetColumns(DatasetSignals):
    """Reads columns and keeps them while the memory allows; safe to share between threads. Nothing here writes rows."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        super().__init__(folder, catalogue)
        self._budget = memory_budget()
        self._lock = threading.RLock()
        self._tables: dict[str, pl.DataFrame] = {}
        self._columns: OrderedDict[str, pl.Series] = OrderedDict()
        self._tags = pl.DataFrame(schema={ROW_ID: pl.String, **TAGS})
        self.tag_revision = 0
        self.proposals = NO_PROPOSALS
        self.proposal_revision = 0
        self.row_notes = NO_NOTES
        self.note_revision = 0
        self.rulings = NO_RULINGS

    def column(self, name: str) -> pl.Series:
        """One whole column, `height` values; kept in memory while the budget allows.

        >>> from analysis.workspace import Workspace
        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> dataset.column("score").head(3).to_list()
        [3.0, 2.0, 2.0]
        """
        if self._is_by_people(name):
            return self._people_column(name)
        if name in self.rulings.columns:
            return self.rulings.columns[name]
        key = self.key_of(name)
        with self._lock:
            if key in self._columns:
                self._columns.move_to_end(key)
                return self._columns[key]
        column = self._read(self._parts, [name], 0, 0, self.height)[name] if self.height else self._empty(name)
        column = column.rechunk()  # rows are gathered from one piece many times faster than from one piece per part
        with self._lock:
            self._columns[key] = column
            held = sum(int(c.estimated_size()) for c in self._columns.values())
            while held > self._budget and len(self._columns) > 1:
                held -= int(self._columns.popitem(last=False)[1].estimated_size())
        return column

    def frame(self, names: Sequence[str], rows: pl.Series | None = None) -> pl.DataFrame:
        """Those columns of all rows, or of the rows at these positions, in their order.

        >>> from analysis.workspace import Workspace
        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> dataset.frame(["id", "score"], pl.Series([2, 0])).rows()
        [('ins-00003', 2.0), ('ins-00001', 3.0)]
        """
        if rows is None:
            return pl.DataFrame([self.column(name) for name in names])
        large = [name for name in names if not self._fits(name)]
        held = [self.column(name).gather(rows) for name in names if name not in large]
        return pl.DataFrame([*held, *self._gather_from_disk(large, rows)]).select(names)

    def canonical_frame(self, names: Sequence[str], rows: pl.Series | None = None) -> pl.DataFrame:
        """The same, where a canonical name stands for that column only: null, not the source's column of that name."""
        return self._without_namesakes(self.frame(names, rows), names)

    def _without_namesakes(self, frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
        """A frame whose columns with a canonical name that this dataset has not are null."""
        namesakes = [n for n in names if n in CANONICAL and n not in self.canonical and n in self.originals]
        return frame.with_columns(pl.lit(None, CANONICAL[name]).alias(name) for name in namesakes)

    def canonical_batches(
        self, names: Sequence[str], offset: int = 0, length: int | None = None
    ) -> Iterator[pl.DataFrame]:
        """`batches`, where a canonical name stands for that column only, as in `canonical_frame`."""
        return (self._without_namesakes(batch, names) for batch in self.batches(names, offset, length))

    def batches(self, names: Sequence[str], offset: int = 0, length: int | None = None) -> Iterator[pl.DataFrame]:
        """Those columns part by part, in row order, from row `offset` on; nothing is kept in memory.

        >>> from analysis.workspace import Workspace
        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> [batch.height for batch in dataset.batches(["prompt"], offset=1000)]
        [200]
        """
        end = self.height if length is None else min(self.height, offset + length)
        start = 0
        for part, height in zip(self._parts, self.meta["part_rows"], strict=True):
            low, high = max(start, offset), min(start + height, end)
            if low < high:
                yield self._read(part, names, start, low - start, high - low)
            start += height

    def table_in(self, signal: Signal, name: str, rows: pl.Series) -> pl.DataFrame:
        """The lines of a second table that belong to the rows at these positions; `row` replaces `row_id`."""
        path = str(self.table_path(signal, name))
        table = self.rulings.tables.get(path, self._tables.get(path))
        if table is None:
            places = self.column(ROW_ID).to_frame().with_row_index("row")
            table = self.table(signal, name).join(places, on=ROW_ID, how="left", maintain_order="left")
            table = table.select("row", pl.exclude("row", ROW_ID))
            with self._lock:
                self._tables[path] = table
                while len(self._tables) > KEPT_TABLES:
                    del self._tables[next(iter(self._tables))]
        if len(rows) == self.height:
            return table
        in_view = pl.repeat(False, self.height, dtype=pl.Boolean, eager=True).scatter(rows, True)
        return table.filter(in_view.gather(table["row"]))

    def key_of(self, column: str) -> str:
        """The key of a column's current content in this dataset: its name, with its signal or the tags' revision.

        >>> from analysis.workspace import Workspace
        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> dataset.key_of("score"), dataset.key_of("tags")
        ('score', 'tags@0')
        """
        if self._is_by_people(column):
            others = {HAS_PROPOSAL: self.proposal_revision, ROW_NOTE: self.note_revision}
            return f"{column}@{others.get(column, self.tag_revision)}"
        writer = self.catalogue.writer_of(column) if column not in self.originals else None
        key = f"{self.signal(writer).key}/{column}" if writer else column
        return f"{key}@{self.rulings.revision}" if column in self.rulings.columns else key

    # From disk

    def _read(
        self, part: Path | list[Path], names: Sequence[str], start: int, offset: int, length: int
    ) -> pl.DataFrame:
        """`length` rows of one part, or of several in sequence, that begin at row `start`, from its row `offset` on."""
        schema = {**CANONICAL, **PLACE, **self.originals, **{s: None for s in self.stored_names.values()}}
        alias = {**self.stored_names, **self.meta["canonical"]}
        columns: list[pl.LazyFrame] = []
        in_parts = {*alias, *self.originals, *(PLACE.keys() & self._stored), *self.stored_names.values()}
        stored = [stored_column(self._stored, alias.get(n) or n).alias(n) for n in names if n in in_parts]
        if stored:
            columns.append(pl.scan_parquet(part).slice(offset, length).select(stored))
        elsewhere: dict[Path, list[str]] = {}
        for name in names:
            if name == ROW_ID:
                elsewhere.setdefault(self.folder / "ids.parquet", []).append(name)
            elif name not in schema and not self._is_by_people(name) and name not in self.rulings.columns:
                elsewhere.setdefault(self._signal_file(name), []).append(name)
        columns += [
            pl.scan_parquet(path).slice(start + offset, length).select(wanted) for path, wanted in elsewhere.items()
        ]
        read = [column for frame in pl.collect_all(columns) for column in frame.get_columns()]
        absent = [n for n in names if n not in in_parts and (n in CANONICAL or n in PLACE)]
        read += [pl.Series(n, [None], dtype={**CANONICAL, **PLACE}[n]).new_from_index(0, length) for n in absent]
        read += [self._people_column(n).slice(start + offset, length) for n in names if self._is_by_people(n)]
        read += [c.slice(start + offset, length) for n, c in self.rulings.columns.items() if n in names]
        return pl.DataFrame(read).select(names)

    @cached_property
    def _stored(self) -> dict[str, pl.DataType]:
        """The columns of the parts on disk, with their types."""
        return dict(pl.read_parquet_schema(self._parts[0])) if self._parts else {}

    def _signal_file(self, column: str) -> Path:
        name = self.catalogue.writer_of(column)
        if name is None:
            raise DatasetError(f"{self.name} has no column {column!r}; it has: {', '.join(self.shown_columns)}.")
        path = self.path(self.signal(name))
        if not path.exists():
            raise DatasetError(
                f"{column} comes from the signal {name}, which is not computed yet; compute {name} first."
            )
        return path

    def _empty(self, name: str) -> pl.Series:
        if name not in self.schema:
            self._signal_file(name)
        return pl.Series(name, [], dtype=self.schema[name])

    def _fits(self, name: str) -> bool:
        """Whether a column may be held in memory: texts only within the budget, the source's records never."""
        if name == "source_record":
            return False
        mean: dict[str, float] = self.meta["mean_chars"]
        if name in (
            "messages",
            "messages_rejected",
        ):  # as long as the source's conversations, and the answers in other columns
            chars = sum(mean.get(column, 0.0) for column in set(self.roles.values()))
        else:
            chars = mean.get(self.meta["canonical"].get(name) or name, 0.0)
        return chars * self.height < self._budget / 3

    def _gather_from_disk(self, names: Sequence[str], rows: pl.Series) -> list[pl.Series]:
        """Few rows of columns too large to hold: rows near each other are read together."""
        if not names or rows.is_empty():
            return [self._empty(name) for name in names]
        wanted = rows.unique().sort()
        starts = [0, *(wanted.diff() > NEAR_ROWS).arg_true(), len(wanted)]
        read = []
        for first, end in pairwise(starts):
            run = wanted.slice(first, end - first)
            low = int(run[0])
            read.append(pl.concat(self.batches(names, low, int(run[-1]) - low + 1))[run - low])
        return pl.concat(read)[wanted.search_sorted(rows)].get_columns()

    # What people added

    def set_tags(self, tags: pl.DataFrame, revision: int) -> None:
        """Sets the current tags (row_id, tags, disputed_tags; only rows that have any) as of `revision`."""
        with self._lock:
            self._tags, self.tag_revision = tags, revision
            for name in TAGS:
                self._columns.pop(name, None)

    def set_proposals(self, proposals: pl.DataFrame, revision: int) -> None:
        """Sets the current proposed texts (row_id, field, text, person, perhaps more) as of `revision`."""
        with self._lock:
            self.proposals, self.proposal_revision = proposals, revision
            if self._is_by_people(HAS_PROPOSAL):
                self._columns.pop(HAS_PROPOSAL, None)

    def set_notes(self, notes: pl.DataFrame, revision: int) -> None:
        """Sets the current notes (row_id, text, person, perhaps more; those of a row the earliest first) as of
        `revision`."""
        with self._lock:
            self.row_notes, self.note_revision = notes, revision
            if self._is_by_people(ROW_NOTE):
                self._columns.pop(ROW_NOTE, None)

    def _is_by_people(self, name: str) -> bool:
        return name in TAGS or (name in (HAS_PROPOSAL, ROW_NOTE) and name not in self.originals)

    def _people_column(self, name: str) -> pl.Series:
        if name in TAGS:
            return self._tag_column(name)
        return self._note_column() if name == ROW_NOTE else self._proposal_column()

    def _note_column(self) -> pl.Series:
        """The notes of each row as one text, in row order; null where there is none."""
        with self._lock:
            if ROW_NOTE not in self._columns:
                self._columns[ROW_NOTE] = note_column(self.column(ROW_ID), self.row_notes)
            return self._columns[ROW_NOTE]

    def _proposal_column(self) -> pl.Series:
        """Whether each row has a proposed text, in row order."""
        with self._lock:
            if HAS_PROPOSAL not in self._columns:
                self._columns[HAS_PROPOSAL] = proposal_column(self.column(ROW_ID), self.proposals)
            return self._columns[HAS_PROPOSAL]

    def _tag_column(self, name: str) -> pl.Series:
        """Tags in row order; an empty list where a row has none."""
        with self._lock:
            if name not in self._columns:
                self._columns |= {column.name: column for column in tag_columns(self.column(ROW_ID), self._tags)}
            return self._columns[name]

    def set_rulings(self, rulings: Rulings) -> None:
        """Sets the current rulings, which replace the earlier ones."""
        columns = {name: column for name, column in rulings.columns.items() if name not in self.originals}
        with self._lock:
            self.rulings = rulings._replace(columns=columns)
