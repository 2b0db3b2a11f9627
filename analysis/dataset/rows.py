"""A dataset on disk: its columns, which of them a person may choose, and which of its rows are in a view."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import cached_property, reduce
from pathlib import Path

import polars as pl

from analysis.dataset.as_html import html_of
from analysis.dataset.columns import DatasetColumns
from analysis.dataset.folder import ROW_NOTE, TEXTS
from analysis.errors import ViewError
from analysis.formats.options import TEXT_ROLES
from analysis.signal import Catalogue, Signal
from analysis.view import ANY_TEXT, SEARCHES, Filter, View

KEPT_MASKS = 256  # the findings alone ask for more than a hundred
KEPT_VIEWS = 32
LONG_TEXT_CHARS = 40  # a text column longer than this on average is prose to read, not a category to count
FEW_VALUES = 50  # a column of at most so many distinct values is offered as a facet


class Dataset(DatasetColumns):
    """Reads columns, and the rows of views; safe to share between threads. Nothing here writes rows."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        super().__init__(folder, catalogue)
        self._masks: OrderedDict[str, pl.Series] = OrderedDict()
        self._rows: OrderedDict[tuple[str, ...], pl.Series] = OrderedDict()
        self._private: tuple[tuple[str, ...], frozenset[str]] = (), frozenset()

    def __repr__(self) -> str:
        return f"<Dataset {self.name}: {self.height:,} rows, {self.format}, id {self.id}>"

    def _repr_html_(self) -> str:
        return html_of(self)

    # What a person may choose

    @property
    def categories(self) -> list[str]:
        """Columns worth counting by value: those of the usual roles, then others of two to fifty distinct values."""
        private = self.private_columns
        return [name for name in self._of_few_values if name not in private]

    @property
    def private_columns(self) -> frozenset[str]:
        """The source's columns with personal data in their texts: they are shown masked, and not counted by value.
        Empty before a scan."""
        scanned = [(s, s.private) for s in self.signals() if s.private and self.has(s)]
        key = (self.rulings.revision, *(s.key for s, _ in scanned))
        if self._private[0] != key:
            every = pl.int_range(self.height, dtype=pl.UInt32, eager=True)
            spans = [self.table_in(s, table, every).filter(~pl.col("is_placeholder")) for s, table in scanned]
            fields = {field for of_signal in spans for field in of_signal["field"].unique()}
            fields |= {"input"} if "prompt" in fields else set()
            alone = {f for s in spans for f in s.filter(pl.col("message").is_null())["field"].unique()}
            of_roles = {self.roles[field] for field in fields if field in self.roles}
            self._private = key, frozenset(of_roles | (alone & self.originals.keys()))
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
        values = self.column(name)
        some = values.head(20 * FEW_VALUES)  # a column of ids is known by its first values, without counting a million
        return some.n_unique() <= FEW_VALUES and 2 <= values.n_unique() <= FEW_VALUES

    def is_long(self, name: str) -> bool:
        """Whether a column holds texts to read rather than values to count: prose, or what holds personal data."""
        return self._is_prose(name) or name in self.private_columns

    def _is_prose(self, name: str) -> bool:
        stored = self.meta["canonical"].get(name) or name
        chars: float = self.meta["mean_chars"].get(stored, 0.0)
        return (
            chars > LONG_TEXT_CHARS
            or name in TEXTS
            or name in self._text_columns
            or name in ("source_record", ROW_NOTE)
        )

    @cached_property
    def _text_columns(self) -> frozenset[str]:
        """With several layouts, the columns from which one of them reads a text: null in the rows of the others."""
        layouts = self.meta.get("layouts", ())
        roles = [layout["roles"] for layout in layouts] if len(layouts) > 1 else []
        texts = TEXT_ROLES - {"score"}
        return frozenset(column for of in roles for role, column in of.items() if role in texts)

    # Views

    def words_of(self, f: Filter) -> str:
        """The sentence of a filter, with the name that its column has on the screen."""
        return replace(f, column=self.called(f.column)).sentence

    def sentence_of(self, view: View) -> str:
        """The sentence of a view, in the same names."""
        return View(tuple(replace(f, column=self.called(f.column)) for f in view)).sentence

    def needs(self, view: View) -> list[Signal]:
        """The signals whose columns the view names and which are not computed yet."""
        writers = [self.signal(name) for name in self.catalogue.writers_of(view.columns() - set(self.originals))]
        return [signal for signal in writers if not self.has(signal)]

    def check(self, view: View) -> None:
        """Raises ViewError where a filter names a column this dataset lacks or does not fit its type."""
        schema = self.schema
        for f in view:
            if f.column == ANY_TEXT:
                if f.op not in SEARCHES:
                    raise ViewError(f"{f.op!r} does not fit a search of any text; fitting: {', '.join(SEARCHES)}.")
                continue
            dtype = schema.get(f.column)
            if dtype is None and (writer := self.catalogue.writer_of(f.column)):
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

    def _key(self, f: Filter) -> str:
        searched = f"{ANY_TEXT}@{self.note_revision}"
        return f"{searched if f.column == ANY_TEXT else self.key_of(f.column)}?{f}"

    def _answer(self, f: Filter) -> pl.Series:
        if f.column == ANY_TEXT:
            negated = f.op == "nothas"
            notes = [] if self.row_notes.is_empty() else [ROW_NOTE]
            masks = [self._answer(Filter(name, f.op, f.value)) for name in [*self.texts(), *notes]]
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

    def mask_of(self, view: View) -> pl.Series | None:
        """Which rows pass every active filter; null where none is active, so that all pass."""
        return reduce(lambda a, b: a & b, map(self.mask, view.active)) if view.active else None

    def rows_of(self, view: View) -> pl.Series:
        """Positions (UInt32, ascending) of the rows that pass every active filter.

        >>> from analysis.workspace import Workspace
        >>> dataset = Workspace().open(["sample_data/instructions.jsonl"])
        >>> dataset.rows_of(View().where("score", "ge", 5).where("source", "eq", "handbook")).head(3).to_list()
        [34, 228, 465]
        """
        key = tuple(sorted(map(self._key, view.active)))
        with self._lock:
            if key in self._rows:
                self._rows.move_to_end(key)
                return self._rows[key]
        mask = self.mask_of(view)
        rows = pl.int_range(self.height, dtype=pl.UInt32, eager=True) if mask is None else mask.arg_true()
        rows = rows.alias("row")
        with self._lock:
            self._rows[key] = rows
            while len(self._rows) > KEPT_VIEWS:
                self._rows.popitem(last=False)
        return rows
