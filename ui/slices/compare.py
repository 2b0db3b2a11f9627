"""The parts of the page Compare: the choice of the other side, and all measures of both sides."""

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
from ui.figures import charts, overlaid
from ui.rows.ticked import ticked
from ui.session import history, places, session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count, cut
from ui.slices import asked, sides

INTERVAL_HELP = "The 95% interval of the difference"
REST = "~rest"  # in place of the other side's filters: all rows not in view
SHOWN = {
    "label": "measure",
    "mean": "A",
    "other_mean": "B",
    "difference": "A − B",
    "low": "from",
    "high": "to",
    "effect": "effect",
    "verdict": "verdict",
    "sentence": "in words",
}


VERDICTS = {"telling": "differs", "not telling": "may be chance", "too few": "too few rows", "no rest": "no other rows"}


class Other(NamedTuple):
    """The other side: its dataset, the positions of its rows, its name, its cache key, the columns of its filters."""

    dataset: Dataset
    rows: pl.Series
    words: str
    key: Key
    columns: frozenset[str] = frozenset()  # of its filters


def show(view: View | None, id: str | None = None) -> None:
    """Opens the page and compares the rows in view with that view, or with all other rows if it is None."""
    _remember([REST] if view is None else view.to_params(), id)
    st.switch_page(places.page("compare"))


def _remember(filters: list[str], id: str | None = None) -> None:
    st.session_state["other_side"] = (filters, id)
    for name in ("b", "bd"):
        st.query_params.pop(name, None)


def read_other(dataset: Dataset) -> Other | None:
    """The other side from the URL, or from the session if the URL names none; None if neither does."""
    if "b" in st.query_params:
        st.session_state["other_side"] = (st.query_params.get_all("b"), st.query_params.get("bd"))
    elif history.is_step():
        st.session_state.pop("other_side", None)
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
    """That side with its rows; None, with a message, if its filters need signals that are not computed."""
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
        st.text(f"The other side's filters need {signals} of {other.name}, which is not computed yet.")
        return None
    named = "" if other.id == dataset.id else f"{other.name}: "
    return Other(
        other,
        other.rows_of(view),
        f"{named}{other.sentence_of(view)}",
        key_of(other, view=view),
        frozenset(view.columns()),
    )


def choose_other(dataset: Dataset) -> None:
    """A choice of the other side: other rows, all rows, a saved view, a dataset, this view with another value."""
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
    """All measures of both sides except the columns of their filters, significant ones first; cached for both sides."""
    other_signals = key_of(other.dataset, *other.dataset.signals())
    key = key_of(dataset, *dataset.signals(), view=session.view(), more=(other.key, other_signals))
    chosen_by = session.view().columns() | other.columns
    contrasts = _compared(key, dataset, rows, other)
    return [each for each in contrasts if each.measure.column not in chosen_by]


def say_sides(dataset: Dataset, rows: pl.Series, other: Other) -> None:
    """Says what A and B are, with their numbers of rows, and whether both are the same rows."""
    st.text(
        f"A: {dataset.sentence_of(session.view())}, {count(len(rows))}\n"
        f"B: {cut(other.words, 300)}, {count(len(other.rows))}"
    )
    if other.dataset.id == dataset.id and rows.equals(other.rows):
        st.text("A and B are the same rows, so nothing can differ. Add a filter or choose another side.")


def named(each: Apart) -> str:
    """The measure in words; for categories, with the category in which the sides differ most."""
    return f"{each.label}: {each.category}" if each.category is not None else each.label


def table(contrasts: list[Apart]) -> Apart | None:
    """The table of all measures; returns the ticked one, else the first."""
    lines = [
        {words: getattr(each, name) for name, words in SHOWN.items()}
        | {"measure": named(each), "verdict": VERDICTS.get(each.verdict, each.verdict)}
        for each in contrasts
    ]
    figure = st.column_config.NumberColumn(format="%.2f")
    line = ticked(
        lines,
        "compared",
        "Both sides over all measures",
        height=520,
        column_config={
            **dict.fromkeys(("A", "B", "A − B"), figure),
            **dict.fromkeys(("from", "to"), st.column_config.NumberColumn(format="%.2f", help=INTERVAL_HELP)),
            "effect": st.column_config.NumberColumn(
                format="%.3f", help="Cliff's delta, -1 to 1, of numbers and shares; Cramér's V, 0 to 1, of categories"
            ),
            "in words": st.column_config.TextColumn(width="large"),
        },
    )
    return contrasts[line or 0] if contrasts else None


def shapes(dataset: Dataset, rows: pl.Series, other: Other, each: Apart) -> None:
    """The distribution of the measure on both sides, as shares: a chart for numbers, a table for other values."""
    other_measure = {of.name: of for of in measuring.measures(other.dataset)}[each.measure.name]
    of_other = key_of(other.dataset, other_measure.column)
    key = key_of(dataset, each.measure.column, view=session.view(), more=(each.measure.name, other.key, of_other))

    def values() -> tuple[pl.Series, pl.Series]:
        return values_of(dataset, each.measure).gather(rows), values_of(other.dataset, other_measure).gather(other.rows)

    distribution, is_whole = _shapes(key, each.measure.kind, values)
    if distribution is None:
        st.text("Neither side has a value of this measure.")
    elif each.measure.kind != "number":
        share = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
        st.dataframe(distribution, hide_index=True, column_config={"A": share, "B": share}, alt="Values on both sides")
    else:
        edges = [*distribution["low"], distribution["high"][-1]]
        drawn = [("A", distribution["left_rows"].to_list()), ("B", distribution["right_rows"].to_list())]
        figure = overlaid(edges, drawn, each.label, charts.palette(), is_whole)
        table = distribution.rename({"left_rows": "rows of A", "right_rows": "rows of B"})
        charts.show(figure, "both_shapes", f"{each.label} on both sides", lambda: table)


@st.cache_resource(max_entries=64, show_spinner=False)
def _shapes(
    key: Key, _kind: Kind, _values: Callable[[], tuple[pl.Series, pl.Series]]
) -> tuple[pl.DataFrame | None, bool]:
    """Rows per bin or share of each value on both sides, and whether both have whole numbers."""
    left, right = _values()
    distribution = on_common_edges(left, right) if _kind == "number" else _by_value(left, right)
    return distribution, left.dtype.is_integer() and right.dtype.is_integer()


def _by_value(left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """`value`, `A`, `B`: shares of the values on both sides, largest difference first, at most 50 values."""
    counted = [
        values.cast(pl.String).fill_null("(missing)").value_counts(name=side).rename({values.name: "value"})
        for side, values in (("A", left), ("B", right))
    ]
    both = counted[0].join(counted[1], on="value", how="full", coalesce=True).fill_null(0)
    both = both.with_columns(pl.col(side) / max(int(both[side].sum()), 1) for side in ("A", "B"))
    return both.sort((pl.col("A") - pl.col("B")).abs(), descending=True).head(50)
