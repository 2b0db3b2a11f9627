"""What does each kind of noise cost in a view, and in which forms are numbers written?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.noise.kinds import KINDS
from analysis.noise.numbers import NUMBER_FORMS
from analysis.view import View

Numbers = np.ndarray[tuple[int], np.dtype[Any]]
NUMBERED = {"kinds": ["kind", "role"], "numbers": ["group", "form"]}  # what identifies a line of each table


@dataclass(frozen=True, eq=False)
class Entries:
    """A table of the signal as small numbers, so that any view is counted in a few passes over them.

    `names`: the distinct values of the columns in NUMBERED, one line per number; `name`: the number of each entry,
    `row` the position of its row (ascending), `occurrences`, `tokens` (None without costs).
    """

    height: int
    names: pl.DataFrame
    name: Numbers
    row: Numbers
    occurrences: Numbers
    tokens: Numbers | None

    def in_view(self, rows: pl.Series) -> Entries:
        """The entries of the rows at these positions."""
        if len(rows) == self.height:
            return self
        in_view = np.zeros(self.height, dtype=bool)
        in_view[rows.to_numpy()] = True
        return self._some(in_view[self.row])

    def of(self, kind: str, role: str) -> Entries:
        """The entries of one kind in the texts of one role."""
        numbers = self.names.select(((pl.col("kind") == kind) & (pl.col("role") == role)).arg_true()).to_series()
        return self._some(self.name == (numbers[0] if len(numbers) else -1))

    def _some(self, chosen: Numbers) -> Entries:
        tokens = None if self.tokens is None else self.tokens[chosen]
        return Entries(self.height, self.names, self.name[chosen], self.row[chosen], self.occurrences[chosen], tokens)

    def counted(self) -> pl.DataFrame:
        """`names` that occur, with their `entries`, `occurrences` and `tokens` (null without costs)."""
        return self.names.with_columns(**self._sums(self.name, self.names.height)).filter(pl.col("entries") > 0)

    def by_group(self, groups: pl.Series, height: int) -> pl.DataFrame:
        """`entries`, `occurrences`, `tokens` per group; `groups` gives the group, below `height`, of each row."""
        return pl.DataFrame(self._sums(groups.to_numpy()[self.row], height))

    def _sums(self, name: Numbers, height: int) -> dict[str, pl.Series]:
        def summed(weights: Numbers | None) -> pl.Series:
            return pl.Series(np.bincount(name, weights, minlength=height).astype(np.int64))

        costs = pl.repeat(None, height, dtype=pl.Int64, eager=True) if self.tokens is None else summed(self.tokens)
        return {"entries": summed(None), "occurrences": summed(self.occurrences), "tokens": costs}


def entries_of(dataset: Dataset, table: str) -> Entries:
    """The entries of the signal's table `kinds` or `numbers`. Raises DatasetError where the signal is not computed."""
    read = dataset.table_in(dataset.signal("formatting"), table, _all(dataset))
    keys = NUMBERED[table]
    names = read.select(keys).unique().sort(keys)
    numbered = read.join(names.with_row_index("name"), on=keys, how="left", maintain_order="left")["name"]
    has_costs = "tokens" in read.columns and read["tokens"].null_count() < read.height
    return Entries(
        dataset.height,
        names,
        numbered.to_numpy().astype(np.int32),
        read["row"].to_numpy(),
        read["occurrences"].to_numpy(),
        read["tokens"].fill_null(0).to_numpy() if has_costs else None,
    )


def _all(dataset: Dataset) -> pl.Series:
    return dataset.rows_of(View())


def kinds_in(dataset: Dataset, view: View | None = None) -> pl.DataFrame:
    """As `kinds_of`, of the rows in a view."""
    return kinds_of(entries_of(dataset, "kinds").in_view(dataset.rows_of(view or View())))


def kinds_of(entries: Entries) -> pl.DataFrame:
    """`kind`, `title`, `role`, `rows`, `occurrences`, `tokens`, most expensive first.

    One line per kind and role that occurs; `tokens` are those that cleaning of this kind alone would save, null where
    the signal was computed without costs. Kinds overlap, so that the sum of their tokens is too large.
    """
    title = pl.col("kind").replace_strict({name: kind.title for name, kind in KINDS.items()}, default=pl.col("kind"))
    by_cost = [-pl.col("tokens"), -pl.col("occurrences"), "kind", "role"]
    counted = entries.counted()
    return (
        counted.select("kind", title.alias("title"), "role", "occurrences", "tokens", rows="entries")
        .select("kind", "title", "role", "rows", "occurrences", "tokens")
        .sort(by_cost)
    )


def number_forms_in(dataset: Dataset, view: View | None = None) -> pl.DataFrame:
    """As `number_forms_of`, of the rows in a view."""
    return number_forms_of(entries_of(dataset, "numbers").in_view(dataset.rows_of(view or View())))


def number_forms_of(entries: Entries) -> pl.DataFrame:
    """`group`, `form`, `example`, `rows`, `occurrences`, `is_mixed`, in the order of NUMBER_FORMS.

    `is_mixed`: another form of the same group occurs too, such as "1000" beside "1,000".
    """
    order = np.lexsort((entries.row, entries.name))
    name, row = entries.name[order], entries.row[order]
    is_new = np.ones(len(order), dtype=bool)  # a row has one entry per role
    is_new[1:] = (name[1:] != name[:-1]) | (row[1:] != row[:-1])
    rows = np.bincount(name[is_new], minlength=entries.names.height)
    counted = entries.names.with_columns(rows=rows).join(entries.counted(), on=["group", "form"])
    forms = pl.DataFrame(
        {name: [getattr(form, name) for form in NUMBER_FORMS] for name in ("group", "form", "example")}
    )
    return forms.join(counted, on=["group", "form"], maintain_order="left").select(
        "group", "form", "example", "rows", "occurrences", is_mixed=pl.len().over("group") > 1
    )
