"""The slices of a second side beside those of the rows in view: cut in the same way, and compared slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import SlicingError, ViewError
from analysis.slices import families
from analysis.slices import measures as measuring
from analysis.slices.apart import Apart, compare
from analysis.slices.measures import Measured
from analysis.slices.slices import SliceTable, slice_table
from analysis.slices.splits import Split, applied
from analysis.view import Filter, View
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.text import cut
from ui.slices import asked, other
from ui.slices.other import Other
from ui.slices.sides import Side, sides

PLACE = ("a_line", "b_line")


class Beside(NamedTuple):
    """The second side by the same slices; `names` are those of both sides."""

    other: Other
    names: tuple[str, str]
    sliced: SliceTable

    def figures(self) -> pl.DataFrame:
        """`a_line`, `b_line` and, of the second side, `other_rows` and `other_share` of each slice that it has."""
        shown = self.sliced.slices.select(*PLACE, other_rows="rows", other_share="share")
        return shown.with_columns(pl.col("b_line").fill_null(0))

    def means(self, measure: str) -> pl.DataFrame:
        """`a_line`, `b_line` and the `other_mean` of a measure; no line where the second side lacks it."""
        of = self.sliced.cells.filter(pl.col("measure") == measure).select("slice", other_mean="mean")
        return self.sliced.slices.join(of, on="slice").select(
            "a_line", pl.col("b_line").fill_null(0), pl.col("other_mean")
        )


@st.cache_resource(max_entries=16, show_spinner="Cutting the other side …")
def _sliced(
    key: Key, _other: Other, _splits: Sequence[Split], _chosen: Sequence[Measured], is_here: bool
) -> SliceTable:
    splits = _splits if is_here else [applied(split, _other.dataset) for split in _splits]
    return slice_table(_other.dataset, _other.rows, splits, _chosen)


def choose(dataset: Dataset) -> dict[str, Side]:
    """The list of second sides; what can be chosen, by its words."""
    offered = sides(dataset, session.view())
    other.choose(dataset, offered, "Compare with", width=220)
    return offered


def read(
    dataset: Dataset, offered: dict[str, Side], splits: Sequence[Split], chosen: Sequence[Measured]
) -> Beside | None:
    """The chosen second side by these slices; None if none is chosen, or, with a message, if it cannot be cut so."""
    columns = tuple(dict.fromkeys(split.dimension.column for split in splits))
    second = other.read(dataset, offered, without=columns)
    if second is None:
        return None
    here = asked.others(splits)
    if second.rows.is_empty() or (second.dataset.id == dataset.id and dataset.rows_of(here).equals(second.rows)):
        by = " and ".join(cut(dataset.called(column), 40) for column in columns)
        st.text(
            f"Both sides are the same rows once they are cut by {by}. Cut by another column."
            if len(second.rows)
            else f"{second.name} has no rows. Choose another side."
        )
        return None
    names = other.names(dataset, offered, second, here)
    is_here = second.dataset.id == dataset.id
    measures = {of.name: of for of in measuring.measures(second.dataset)}
    both = [each for each in chosen if each.measure.name in measures]
    if not is_here:  # of a category the most frequent value of each dataset is shown, which can be another one
        fitting = [each for each in both if each.measure.kind != "category"]
        both = [asked.measured(second.dataset, measures[each.measure.name]) for each in fitting]
    cuts = [f"{split.dimension}|{split.cut}|{'|'.join(split.names)}" for split in splits]
    reads = dict.fromkeys(each.measure.column for each in both)
    more = (second.key, *cuts, key_of(dataset, *columns), *(each.measure.name for each in both))
    key = key_of(second.dataset, *reads, second.dataset.signal("tokens"), more=more)
    try:
        sliced = _sliced(key, second, splits, both, is_here)
    except (SlicingError, ViewError) as error:
        st.text(f"{second.name} cannot be cut in this way. {error}")
        return None
    return Beside(second, names, sliced)


def side_of(beside: Beside, filters: Sequence[Filter]) -> Side | None:
    """A slice of the second side as a second side of its own; None for all other rows, which no filter selects."""
    view = beside.other.view
    return None if view is None else Side(beside.other.dataset.id, tuple(map(str, (*view, *filters))), "")


def apart(
    dataset: Dataset, inside: View, beside: Beside, filters: Sequence[Filter], splits: Sequence[Split]
) -> list[Apart]:
    """How a slice differs from the same slice of the second side: one measure of each family that differs."""
    second = beside.other
    reads = (key_of(second.dataset, *second.dataset.signals()), second.key, *map(str, filters))
    contrasts = _apart(key_of(dataset, *dataset.signals(), view=inside, more=reads), dataset, inside, second, filters)
    chosen_by = {split.dimension.column for split in splits} | inside.columns() | second.columns
    return [
        family.lead
        for family in families.by_family(dataset, [each for each in contrasts if each.measure.column not in chosen_by])
    ]


@st.cache_resource(max_entries=32, show_spinner=False)
def _apart(key: Key, _dataset: Dataset, _inside: View, _other: Other, _filters: Sequence[Filter]) -> list[Apart]:
    same = _other.dataset.rows_of(View(tuple(_filters)))
    others = _other.rows.filter(_other.rows.is_in(same.implode()))
    return compare(_dataset, _dataset.rows_of(_inside), _other.dataset, others, prepare=asked.measured)
