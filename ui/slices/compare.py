"""The parts of the page Compare: the other side, and both sides over everything that can be measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import DatasetError, ViewError
from analysis.slices import measures as measuring
from analysis.slices.apart import Apart, compare
from analysis.slices.measures import Kind, values_of
from analysis.statistics.counting import on_common_edges
from analysis.view import View
from ui import figures
from ui.figures import charts, overlaid
from ui.rows.ticked import ticked
from ui.session import places, session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count, cut
from ui.slices import asked, sides

REST = "~rest"  # as the other side's filters: all rows that are not in view
SHOWN = {
    "label": "measure",
    "mean": "A",
    "other_mean": "B",
    "difference": "A less B",
    "low": "from",
    "high": "to",
    "effect": "effect",
    "verdict": "verdict",
    "sentence": "in words",
}


class Other(NamedTuple):
    """The other side: its dataset, the positions of its rows, what it is called, what tells it from others."""

    dataset: Dataset
    rows: pl.Series
    words: str
    key: Key
    columns: frozenset[str] = frozenset()  # those its filters name


def show(view: View | None, id: str | None = None) -> None:
    """Opens the page with the rows in view held against that view; against all other rows where none is given."""
    _remember([REST] if view is None else view.to_params(), id)
    st.switch_page(places.page("compare"))


def _remember(filters: list[str], id: str | None = None) -> None:
    st.session_state["other_side"] = (filters, id)
    for name in ("b", "bd"):
        st.query_params.pop(name, None)


def read_other(dataset: Dataset) -> Other | None:
    """The other side as the address says it, or the session where that is silent; None where neither does."""
    if "b" in st.query_params:
        st.session_state["other_side"] = (st.query_params.get_all("b"), st.query_params.get("bd"))
    if "other_side" not in st.session_state:
        return None
    filters, id = st.session_state["other_side"]
    st.query_params["b"] = filters or [""]
    if id and id != dataset.id:
        st.query_params["bd"] = id
    else:
        st.query_params.pop("bd", None)
    try:
        other = session.load(id) if id else dataset
        return _other(dataset, other, [text for text in filters if text])
    except (ViewError, DatasetError) as error:
        st.text(str(error))
        return None


def _other(dataset: Dataset, other: Dataset, filters: list[str]) -> Other | None:
    """That side's rows; the offer to compute what its filters need where that is missing."""
    if filters == [REST]:
        inside = dataset.rows_of(session.view())
        outside = pl.repeat(True, dataset.height, dtype=pl.Boolean, eager=True).scatter(inside, False)
        key = key_of(dataset, view=session.view(), more=(REST,))
        return Other(dataset, outside.arg_true().cast(pl.UInt32).alias("row"), "all other rows", key)
    view = View.from_params(filters)
    session.take_tags(other)
    other.check(view)
    if missing := other.needs(view):
        signals = ", ".join(s.name for s in missing)
        st.text(f"The other side's filters need {signals} of {other.name}, not computed yet.")
        return None
    named = "" if other.id == dataset.id else f"{other.name}: "
    return Other(
        other, other.rows_of(view), f"{named}{view.sentence}", key_of(other, view=view), frozenset(view.columns())
    )


def choose_other(dataset: Dataset) -> None:
    """All other rows, all rows, saved views, other datasets, and this view with another value of a column."""
    offered = sides.sides(dataset, session.view())
    if session.view().active:
        offered = {"all other rows": sides.Side(dataset.id, None), **offered}

    def chosen() -> None:
        if words := st.session_state.get("choose_other"):
            side = offered[words]
            _remember([REST] if side.view is None else side.view.to_params(), side.id)

    st.selectbox(
        "Compare with",
        list(offered),
        index=None,
        key="choose_other",
        placeholder="Choose the other side …",
        on_change=chosen,
        width=360,
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _compared(key: Key, _dataset: Dataset, _rows: pl.Series, _other: Other) -> list[Apart]:
    return compare(_dataset, _rows, _other.dataset, _other.rows, prepare=asked.measured)


def compared(dataset: Dataset, rows: pl.Series, other: Other) -> list[Apart]:
    """Every measure of both sides but those they are chosen by, most telling first; kept while both stay the same."""
    there = key_of(other.dataset, *other.dataset.signals())
    key = key_of(dataset, *dataset.signals(), view=session.view(), more=(other.key, there))
    chosen_by = session.view().columns() | other.columns
    found = _compared(key, dataset, rows, other)
    return [each for each in found if each.measure.column not in chosen_by]


def say_sides(rows: pl.Series, other: Other) -> None:
    """What A and B are, and how many rows."""
    st.text(f"A: {session.view().sentence}, {count(len(rows))}\nB: {cut(other.words, 300)}, {count(len(other.rows))}")


def named(each: Apart) -> str:
    """The measure in words; of categories, with the one in which the sides differ most."""
    return f"{each.label}: {each.category}" if each.category is not None else each.label


def table(found: list[Apart]) -> Apart | None:
    """All measures; gives the one whose line is ticked, the first otherwise."""
    lines = [{words: getattr(each, name) for name, words in SHOWN.items()} | {"measure": named(each)} for each in found]
    figure = st.column_config.NumberColumn(format="%.4g")
    line = ticked(
        lines,
        "compared",
        "Both sides over all measures",
        height=520,
        column_config={
            **dict.fromkeys(("A", "B", "A less B", "from", "to"), figure),
            "effect": st.column_config.NumberColumn(
                format="%.3f", help="Cliff's delta, -1 to 1, of numbers and shares; Cramér's V, 0 to 1, of categories"
            ),
            "in words": st.column_config.TextColumn(width="large"),
        },
    )
    return found[line or 0] if found else None


def shapes(dataset: Dataset, rows: pl.Series, other: Other, each: Apart) -> None:
    """The measure's distribution on both sides, as shares of its rows: a chart of numbers, a table of values."""
    there = {of.name: of for of in measuring.measures(other.dataset)}[each.measure.name]
    of_other = key_of(other.dataset, there.column)
    key = key_of(dataset, each.measure.column, view=session.view(), more=(each.measure.name, other.key, of_other))

    def values() -> tuple[pl.Series, pl.Series]:
        return values_of(dataset, each.measure).gather(rows), values_of(other.dataset, there).gather(other.rows)

    found, is_whole = _shapes(key, each.measure.kind, values)
    if found is None:
        st.text("Neither side has a value of this measure.")
    elif each.measure.kind != "number":
        share = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
        st.dataframe(found, hide_index=True, column_config={"A": share, "B": share}, alt="Values on both sides")
    else:
        edges = [*found["low"], found["high"][-1]]
        drawn = [("A", found["left_rows"].to_list()), ("B", found["right_rows"].to_list())]
        figure = overlaid(edges, drawn, each.label, charts.palette(), is_whole)
        alt = f"{each.label} on both sides"
        st.plotly_chart(figure, config=figures.CONFIG, theme=None, key="both_shapes", alt=alt)


@st.cache_resource(max_entries=64, show_spinner=False)
def _shapes(
    key: Key, _kind: Kind, _values: Callable[[], tuple[pl.Series, pl.Series]]
) -> tuple[pl.DataFrame | None, bool]:
    """Rows per bin or share of each value on both sides, and whether both hold whole numbers."""
    left, right = _values()
    found = on_common_edges(left, right) if _kind == "number" else _by_value(left, right)
    return found, left.dtype.is_integer() and right.dtype.is_integer()


def _by_value(left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """`value`, `A`, `B`: shares of the values on both sides, the largest difference first, at most 50."""
    counted = [
        values.cast(pl.String).fill_null("(missing)").value_counts(name=side).rename({values.name: "value"})
        for side, values in (("A", left), ("B", right))
    ]
    both = counted[0].join(counted[1], on="value", how="full", coalesce=True).fill_null(0)
    both = both.with_columns(pl.col(side) / max(int(both[side].sum()), 1) for side in ("A", "B"))
    return both.sort((pl.col("A") - pl.col("B")).abs(), descending=True).head(50)
