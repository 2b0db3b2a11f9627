"""A dataset on disk: where its columns lie, and which of its rows answer a view.

The rows are Parquet parts in source order and are never rewritten; each signal's columns lie beside them in a file
of the same height. Whatever asks for a column by name need not know which of these it comes from.
"""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property, reduce
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from analysis.operators import ViewError, join_values, kind_of
from analysis.personal_data.keys import key_id
from analysis.signal import ROW_ID, Signal
from analysis.signals import catalogue
from analysis.view import ANY_TEXT, SEARCHES, Filter, View

MESSAGES = pl.List(pl.Struct({"role": pl.String, "content": pl.String, "tool_calls": pl.String}))
CANONICAL: dict[str, pl.DataType] = {
    "system": pl.String(), "prompt": pl.String(), "response": pl.String(), "rejected": pl.String(),
    "score": pl.Float64(), "messages": MESSAGES, "text": pl.String(), "n_turns": pl.UInt32(),
    "prompts_differ": pl.Boolean(),
}  # fmt: skip
TEXTS = ("system", "prompt", "response", "rejected", "text", "messages")
PLACE = {"source_file": pl.String(), "source_line": pl.UInt32(), "source_record": pl.String()}
TAGS: dict[str, pl.DataType] = {"tags": pl.List(pl.String), "disputed_tags": pl.List(pl.String)}
LONG_TEXT_CHARS = 40  # a text column longer than this on average is prose to read, not a category to count
KEYED = {"personal_data": "spans", "named_entities": "entities"}
"""Signals whose hashes depend on the workspace's secret, with the tables that say where personal data stands."""
HASHES = {"pii_values", "entity_values"}  # their columns of hashes: a filter names one, a person reads none
KEPT_MASKS = 64
KEPT_TABLES = 4
FEW_VALUES = 50  # a column of so many distinct values is offered as a facet
NEAR_ROWS = 200  # rows nearer than this are read from disk in one piece


def _is_for_machines(dtype: pl.DataType) -> bool:
    """Whether a signal's column of this type is read by others and says nothing by itself: vectors, places, lists."""
    of_numbers = isinstance(dtype, pl.List | pl.Array) and pl.Series([], dtype=dtype.inner).dtype.is_numeric()
    return of_numbers or kind_of(dtype) == "place"


class DatasetError(ValueError):
    """A dataset that is not there, is damaged, or has no such column."""


class Rulings(NamedTuple):
    """What people ruled out of signals: the `columns` and second `tables` (by path, with `row`) that stand in for the
    signals' own, the lines taken `out` with the number of the rule, the rules themselves, and their revision."""

    columns: dict[str, pl.Series]
    tables: dict[str, pl.DataFrame]
    out: pl.DataFrame
    rules: tuple[Any, ...] = ()
    revision: str = ""


NO_RULINGS = Rulings({}, {}, pl.DataFrame())


def memory_budget() -> int:
    """Bytes that one dataset's columns may hold in memory: a quarter of the machine's memory.

    `WINNOW_MEMORY_MB` overrides it.
    """
    if given := os.environ.get("WINNOW_MEMORY_MB"):
        if not given.isdecimal():
            raise DatasetError(f"WINNOW_MEMORY_MB is {given!r}, which is no number of megabytes; set one such as 2000.")
        return int(given) << 20
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4


class Dataset:
    """Reads columns, rows and the answers to views; safe to share between threads. Nothing here writes rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
        except (ValueError, KeyError, TypeError) as error:
            raise DatasetError(
                f"{folder / 'dataset.json'} is damaged ({error}); delete its folder and open the file again."
            ) from None
        self._budget = memory_budget()
        self._lock = threading.RLock()
        self._signals: dict[str, Signal] = {}
        self._tables: dict[str, pl.DataFrame] = {}
        self._columns: OrderedDict[str, pl.Series] = OrderedDict()
        self._masks: OrderedDict[str, pl.Series] = OrderedDict()
        self._rows: OrderedDict[tuple[str, ...], pl.Series] = OrderedDict()
        self._tags = pl.DataFrame(schema={ROW_ID: pl.String, **TAGS})
        self.tag_revision = 0
        self.rulings = NO_RULINGS
        self._private: tuple[tuple[str, ...], frozenset[str]] = (), frozenset()

    # What there is

    @cached_property
    def originals(self) -> dict[str, pl.DataType]:
        """The source's own columns and their types, in source order."""
        parts = self._parts
        found = pl.read_parquet_schema(parts[0]) if parts else {}
        return {name: found[name] for name in self.meta["columns"] if name in found}

    @cached_property
    def canonical(self) -> dict[str, pl.DataType]:
        """The canonical columns that hold anything in this dataset."""
        return {name: dtype for name, dtype in CANONICAL.items() if name in self.meta["canonical"]}

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Every column that can be asked for now, with its type: rows, canonical columns, computed signals, tags."""
        computed = {
            column: dtype() if isinstance(dtype, type) else dtype
            for signal in self.signals() if self.has(signal) for column, dtype in signal.adds.items()
            if column not in self.originals
        }  # fmt: skip
        return {ROW_ID: pl.String(), **CANONICAL, **self.originals, **PLACE, **computed, **TAGS}

    @property
    def shown_columns(self) -> list[str]:
        """What a person may choose from: canonical columns with content, the source's own, computed ones, tags."""
        hidden = set(CANONICAL) - set(self.canonical)
        of_roles = [s for s in self.signals() if s.roles and not any(getattr(s, role) for role in s.roles)]
        nothing_read = [s for s in of_roles if not set(s.reads) & set(CANONICAL)]
        hidden |= {column for s in nothing_read for column in s.adds if column not in self.originals}
        schema = self.schema
        hidden |= {name for name in schema if name not in self.originals and _is_for_machines(schema[name])}
        hidden |= HASHES - set(self.originals)
        if len(self.meta["files"]) < 2:
            hidden.add("source_file")
        return [name for name in schema if name not in hidden]

    @property
    def categories(self) -> list[str]:
        """Columns worth counting by value: those of the usual roles, then others of two to fifty distinct values."""
        return [name for name in self._of_few_values if name not in self.private_columns]

    @property
    def private_columns(self) -> frozenset[str]:
        """The source's columns in whose texts personal data was found: they are read, masked, and not counted by
        value. None before it was looked for."""
        made = [(s, table) for s, table in ((self.signal(n), t) for n, t in KEYED.items()) if self.has(s)]
        key = (self.rulings.revision, *(s.key for s, _ in made))
        if self._private[0] != key:
            every = pl.int_range(self.height, dtype=pl.UInt32, eager=True)
            spans = [self.table_in(s, table, every).filter(~pl.col("is_placeholder"))["field"] for s, table in made]
            fields = {field for of_signal in spans for field in of_signal.unique()}
            fields |= {"input"} if "prompt" in fields else set()
            self._private = key, frozenset(self.roles[field] for field in fields if field in self.roles)
        return self._private[1]

    @cached_property
    def _of_few_values(self) -> list[str]:
        usual = ("source", "annotator", "language", "label", "split", "group")
        roles = [column for column in map(self.roles.get, usual) if column and self.column(column).n_unique() > 1]
        files = ["source_file"] if len(self.meta["files"]) > 1 else []
        few = [name for name in self.originals if self._has_few_values(name)]
        return list(dict.fromkeys([*roles, *files, *few]))

    def _has_few_values(self, name: str) -> bool:
        dtype = self.originals[name]
        if self._is_prose(name) or not (dtype == pl.String or dtype == pl.Boolean or dtype.is_numeric()):
            return False
        return 2 <= self.column(name).n_unique() <= FEW_VALUES

    @property
    def has_examples(self) -> bool:
        """Whether some column plays the role of a prompt, a response, messages or raw text; a plain table has none."""
        return any(name in self.canonical for name in TEXTS)

    def texts(self) -> list[str]:
        """The columns a search of any text reads: the texts of the row; for a table, its text columns."""
        found = [name for name in TEXTS if name in self.canonical]
        return found or [name for name, dtype in self.originals.items() if dtype == pl.String]

    def role(self, name: str) -> str | None:
        """The column that plays this role, or None."""
        return self.roles.get(name)

    def is_long(self, name: str) -> bool:
        """Whether a column holds texts to read rather than values to count: prose, or what holds personal data."""
        return self._is_prose(name) or name in self.private_columns

    def _is_prose(self, name: str) -> bool:
        stored = self.meta["canonical"].get(name) or name
        chars: float = self.meta["mean_chars"].get(stored, 0.0)
        return chars > LONG_TEXT_CHARS or name in TEXTS or name == "source_record"

    # Signals

    def signal(self, name: str) -> Signal:
        """The catalogue's signal with the parameters chosen for this dataset, and its roles filled in.

        A parameter `of_<signal>` holds the key of a signal whose columns it reads: with another key, another result.
        """
        if name not in self._signals:
            chosen = self.meta.get("parameters", {}).get(name, {})
            roles = catalogue.SIGNALS[name].roles if name in catalogue.SIGNALS else ()
            played = {role: join_values([self.roles[role]]) for role in roles if role in self.roles}
            given = {name: value for name, value in chosen.items() if value != "" or name not in roles}
            known = catalogue.SIGNALS[name].parameters if name in catalogue.SIGNALS else {}
            read = {p: self.signal(p.removeprefix("of_")).key for p in known if p.startswith("of_")}
            if name in KEYED:
                given["key_id"] = key_id()
            self._signals[name] = catalogue.signal(name, {**played, **given, **read})
        return self._signals[name]

    def signals(self) -> list[Signal]:
        return [self.signal(name) for name in catalogue.SIGNALS]

    def path(self, signal: Signal) -> Path:
        return self.folder / f"{signal.key}.parquet"

    def has(self, signal: Signal) -> bool:
        return self.path(signal).exists()

    def table_path(self, signal: Signal, name: str) -> Path:
        return self.folder / f"{signal.key}.{name}.parquet"

    def table(self, signal: Signal, name: str) -> pl.DataFrame:
        """A signal's second table: `row_id`, then the table's columns, a line per entry, in row order."""
        path = self.table_path(signal, name)
        if not path.exists():
            raise DatasetError(f"The table {name} comes from the signal {signal.name}; compute {signal.name} first.")
        return pl.read_parquet(path)

    def table_in(self, signal: Signal, name: str, rows: pl.Series) -> pl.DataFrame:
        """The lines of a second table that belong to the rows at these positions; `row` stands for `row_id`."""
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

    def needs(self, view: View) -> list[Signal]:
        """The signals whose columns the view names and which are not computed yet."""
        writers = [self.signal(name) for name in catalogue.writers_of(view.columns() - set(self.originals))]
        return [signal for signal in writers if not self.has(signal)]

    # Columns

    @cached_property
    def _parts(self) -> list[Path]:
        return sorted((self.folder / "rows").glob("*.parquet"))

    def column(self, name: str) -> pl.Series:
        """One whole column, `height` values; kept in memory while the budget allows."""
        if name in TAGS:
            return self._tag_column(name)
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
        """Those columns of all rows, or of the rows at these positions, in their order."""
        if rows is None:
            return pl.DataFrame([self.column(name) for name in names])
        large = [name for name in names if not self._fits(name)]
        held = [self.column(name).gather(rows) for name in names if name not in large]
        return pl.DataFrame([*held, *self._gather_from_disk(large, rows)]).select(names)

    def batches(self, names: Sequence[str], offset: int = 0, length: int | None = None) -> Iterator[pl.DataFrame]:
        """Those columns part by part, in row order, from row `offset` on; nothing is kept in memory."""
        end = self.height if length is None else min(self.height, offset + length)
        start = 0
        for part, height in zip(self._parts, self.meta["part_rows"], strict=True):
            low, high = max(start, offset), min(start + height, end)
            if low < high:
                yield self._read(part, names, start, low - start, high - low)
            start += height

    def _read(
        self, part: Path | list[Path], names: Sequence[str], start: int, offset: int, length: int
    ) -> pl.DataFrame:
        """`length` rows of one part, or of several in sequence, that begin at row `start`, from its row `offset` on."""
        schema = {**CANONICAL, **PLACE, **self.originals}
        alias = self.meta["canonical"]
        columns: list[pl.LazyFrame] = []
        stored = [pl.col(alias.get(n) or n).alias(n) for n in names if n in alias or n in self.originals or n in PLACE]
        if stored:
            columns.append(pl.scan_parquet(part).slice(offset, length).select(stored))
        elsewhere: dict[Path, list[str]] = {}
        for name in names:
            if name == ROW_ID:
                elsewhere.setdefault(self.folder / "ids.parquet", []).append(name)
            elif name not in schema and name not in TAGS and name not in self.rulings.columns:
                elsewhere.setdefault(self._signal_file(name), []).append(name)
        columns += [
            pl.scan_parquet(path).slice(start + offset, length).select(wanted) for path, wanted in elsewhere.items()
        ]
        read = [column for frame in pl.collect_all(columns) for column in frame.get_columns()]
        absent = [n for n in names if n in CANONICAL and n not in alias and n not in self.originals]
        read += [pl.Series(n, [], dtype=CANONICAL[n]).extend_constant(None, length) for n in absent]
        read += [self._tag_column(n).slice(start + offset, length) for n in names if n in TAGS]
        read += [c.slice(start + offset, length) for n, c in self.rulings.columns.items() if n in names]
        return pl.DataFrame(read).select(names)

    def _signal_file(self, column: str) -> Path:
        name = catalogue.writer_of(column)
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
        if name == "messages":  # as long as the source's own conversations, and the answers that stand apart from them
            chars = sum(mean.get(column, 0.0) for column in set(self.roles.values()))
        else:
            chars = mean.get(self.meta["canonical"].get(name) or name, 0.0)
        return chars * self.height < self._budget / 3

    def _gather_from_disk(self, names: Sequence[str], rows: pl.Series) -> list[pl.Series]:
        """Few rows of columns too large to hold: rows that lie near each other are read together."""
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

    # Tags

    def set_tags(self, tags: pl.DataFrame, revision: int) -> None:
        """Takes the current tags (row_id, tags, disputed_tags; only rows that have any) as of `revision`."""
        with self._lock:
            self._tags, self.tag_revision = tags, revision
            for name in TAGS:
                self._columns.pop(name, None)

    def _tag_column(self, name: str) -> pl.Series:
        """Tags in row order; an empty list where a row has none."""
        with self._lock:
            if name not in self._columns:
                ids = self.column(ROW_ID).to_frame()
                joined = ids.join(self._tags.select(ROW_ID, *TAGS), on=ROW_ID, how="left", maintain_order="left")
                for tag_column in TAGS:
                    self._columns[tag_column] = joined[tag_column].fill_null([])
            return self._columns[name]

    def set_rulings(self, rulings: Rulings) -> None:
        """Takes what people ruled out, in the place of what they had ruled out before."""
        own = {name: column for name, column in rulings.columns.items() if name not in self.originals}
        with self._lock:
            self.rulings = rulings._replace(columns=own)

    # Views

    def check(self, view: View) -> None:
        """Raises ViewError when a filter names a column this dataset lacks or does not fit its type."""
        schema = self.schema
        for f in view:
            if f.column == ANY_TEXT:
                if f.op not in SEARCHES:
                    raise ViewError(f"{f.op!r} cannot be asked of any text; fitting: {', '.join(SEARCHES)}.")
                continue
            dtype = schema.get(f.column)
            if dtype is None and (writer := catalogue.writer_of(f.column)):
                added = self.signal(writer).adds[f.column]
                dtype = added() if isinstance(added, type) else added
            if dtype is None:
                raise ViewError(f"{self.name} has no column {f.column!r}; it has: {', '.join(self.shown_columns)}.")
            f.expr(dtype)

    def mask(self, f: Filter) -> pl.Series:
        """One filter's answer for every row: `height` Booleans, never null."""
        key = self._key(f)
        with self._lock:
            if key in self._masks:
                self._masks.move_to_end(key)
                return self._masks[key]
        mask = self._answer(f)
        with self._lock:
            self._masks[key] = mask
            while len(self._masks) > KEPT_MASKS:
                self._masks.popitem(last=False)
        return mask

    def key_of(self, column: str) -> str:
        """What tells a column's present content in this dataset: its name, with its signal or the tags' revision."""
        if column in TAGS:
            return f"{column}@{self.tag_revision}"
        writer = catalogue.writer_of(column) if column not in self.originals else None
        own = f"{self.signal(writer).key}/{column}" if writer else column
        return f"{own}@{self.rulings.revision}" if column in self.rulings.columns else own

    def _key(self, f: Filter) -> str:
        return f"{self.key_of(f.column)}?{f}"

    def _answer(self, f: Filter) -> pl.Series:
        if f.column == ANY_TEXT:
            negated = f.op == "nothas"
            masks = [self._answer(Filter(name, f.op, f.value)) for name in self.texts()]
            nothing_read = pl.repeat(negated, self.height, dtype=pl.Boolean, eager=True)
            return reduce(lambda a, b: a & b if negated else a | b, masks, nothing_read)
        schema = self.schema
        if f.column not in schema:
            self._signal_file(f.column)
        expr = f.expr(schema[f.column])
        if self._fits(f.column):
            return self.column(f.column).to_frame().select(expr).to_series()
        answers = [batch.select(expr).to_series() for batch in self.batches([f.column])]
        return pl.concat(answers) if answers else pl.Series(f.column, [], dtype=pl.Boolean)

    def rows_of(self, view: View) -> pl.Series:
        """Positions (UInt32, ascending) of the rows that pass every active filter."""
        key = tuple(sorted(map(self._key, view.active)))
        with self._lock:
            if key in self._rows:
                self._rows.move_to_end(key)
                return self._rows[key]
        if not view.active:
            rows = pl.int_range(self.height, dtype=pl.UInt32, eager=True)
        else:
            rows = reduce(lambda a, b: a & b, map(self.mask, view.active)).arg_true()
        rows = rows.alias("row")
        with self._lock:
            self._rows[key] = rows
            while len(self._rows) > KEPT_MASKS // 2:
                self._rows.popitem(last=False)
        return rows
