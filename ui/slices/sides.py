"""What can be compared: all rows, other datasets, saved views, each value of a column; and the pairs to begin with."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from analysis.dataset import Dataset
from analysis.errors import DatasetError, ViewError
from analysis.joined_values import join_values
from analysis.view import Filter, View
from ui.figures import charts
from ui.session import session
from ui.session.text import cut

ALL, OTHERS = "all rows", "all other rows"
REST = "~rest"  # in place of the filters of a side: all rows that the first side leaves out
COLUMNS, VALUES = 6, 8  # numbers of columns, and of values of each, that are offered
PAIRED, SAVED = 3, 2  # values that are paired with each other in suggestions, and saved views in them
NATURAL_ROLES = ("source", "group")
NATURAL_NAMES = ("model", "generator", "source", "group")


class Side(NamedTuple):
    """One side of a comparison: the dataset's id, its own filters as in an address, its name, and the column of them.

    A side that `follows` also takes the other filters of the first side: it is those rows with another value.
    """

    id: str
    filters: tuple[str, ...]
    name: str
    follows: bool = False
    column: str | None = None

    def view(self, base: View) -> View:
        """The rows of this side, if the first side has this view."""
        kept = View.from_params(self.filters)
        return View((*followed(base, kept), *kept)) if self.follows else kept


class Pair(NamedTuple):
    """A suggestion: the view of the first side, its name, and the second side."""

    view: View
    name: str
    other: Side


def followed(base: View, kept: View) -> tuple[Filter, ...]:
    """The filters of a view that also hold for a side with these filters of its own.

    Those on the same columns do not; if there are none, that which chose the first side does not.
    """
    taken = kept.columns()
    if not taken & base.columns():
        taken |= set(list(side_columns(base))[-1:])
    return tuple(f for f in base if f.column not in taken)


def side_columns(view: View) -> list[str]:
    """The columns of which the view keeps one value."""
    return [f.column for f in view.active if f.op == "eq" or (f.op == "in" and "~" not in f.value)]


def sides(dataset: Dataset, view: View) -> dict[str, Side]:
    """What a view can be compared with, by its words in the list."""
    by_words = {ALL: Side(dataset.id, (), ALL)}
    if view.active:
        by_words[OTHERS] = Side(dataset.id, (REST,), OTHERS)
    for column in dataset.categories[:COLUMNS]:
        for value in values(dataset, column):
            words = f"{cut(dataset.called(column), 40)}: {cut(value, 60)}"
            by_words.setdefault(words, of_value(dataset, column, value))
    for saved in session.notes().views.listed(dataset.fingerprint):
        try:
            kept = View.from_params(saved.filters)
            dataset.check(kept)
        except ViewError:
            continue
        if not dataset.needs(kept):
            by_words[f"view: {cut(saved.name)}"] = Side(dataset.id, tuple(saved.filters), cut(saved.name, 40))
    for meta in session.workspace().datasets():
        if meta["id"] != dataset.id:
            words = f"dataset: {cut(str(meta['name']), 60)} ({str(meta['id'])[:6]})"
            by_words[words] = Side(str(meta["id"]), (), cut(str(meta["name"]), 40))
    return by_words


def of_value(dataset: Dataset, column: str, value: str) -> Side:
    """The side with one value of a column."""
    filters = View().where(column, "in", join_values([value])).to_params()
    return Side(dataset.id, tuple(filters), cut(value, 40) or "(empty)", follows=True, column=column)


def values(dataset: Dataset, column: str) -> list[str]:
    """The largest values of a column over all rows."""
    counted, _ = charts.counted_lines(dataset, column, VALUES)
    return counted.filter("is_named")["value"].to_list()


def named(dataset: Dataset, view: View, offered: Mapping[str, Side]) -> tuple[str | None, str]:
    """Which of the offered sides of this dataset the view is, if any, and its name."""
    for words, side in offered.items():
        if side.id == dataset.id and side.filters != (REST,) and _same(side.view(view), view):
            return words, side.name
    return None, cut(dataset.sentence_of(view), 60)


def _same(one: View, other: View) -> bool:
    """Whether two views have the same filters; being equal to a value and being in a list of it are the same."""
    return {str(_listed(f)) for f in one.active} == {str(_listed(f)) for f in other.active}


def _listed(f: Filter) -> Filter:
    return replace(f, op="in", value=join_values([f.value])) if f.op == "eq" else f


def suggested(dataset: Dataset, view: View, offered: Mapping[str, Side]) -> list[Pair]:
    """Pairs to begin with: the rows in view and all others, the largest sources, saved views, versions of the file."""
    words, name = named(dataset, view, offered)
    pairs = [Pair(view, name, offered[OTHERS])] if OTHERS in offered else []
    if column := natural_column(dataset):
        largest = [of_value(dataset, column, value) for value in values(dataset, column)[:PAIRED]]
        rest = view.without_column(column)
        pairs += [Pair(one.view(rest), one.name, two) for one, two in itertools.combinations(largest, 2)]
    kept = [side for each, side in offered.items() if each.startswith("view: ") and each != words]
    pairs += [Pair(view, name, side) for side in kept[:SAVED]]
    pairs += [
        Pair(view, name, side) for side in offered.values() if side.id != dataset.id and _is_version(dataset, side)
    ]
    return pairs


def _is_version(dataset: Dataset, side: Side) -> bool:
    """Whether a side is another dataset with the same columns."""
    try:
        other = session.load(side.id)
    except DatasetError:
        return False
    return other.format == dataset.format and other.originals.keys() == dataset.originals.keys()


def natural_column(dataset: Dataset) -> str | None:
    """The column with the source of the rows, else the first category column with at least two values."""
    likely = [dataset.role(role) for role in NATURAL_ROLES]
    likely += [column for column in dataset.categories if column.lower() in NATURAL_NAMES]
    several = [column for column in dataset.categories[:COLUMNS] if len(values(dataset, column)) > 1]
    return next((column for column in (*likely, *several) if column in several), None)
