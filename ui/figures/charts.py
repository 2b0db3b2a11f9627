"""Charts that filter: each ignores the filters on its own column, and a click on a bar or point sets such a filter."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.joined_values import join_values, split_values
from analysis.statistics import counting
from analysis.view import View
from ui import figures
from ui.figures import paper, tables
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.number_words import count, share

Edges = tuple[float, ...]
MODES: dict[str, list[Literal["box", "points", "lasso"]]] = {
    "box": ["box", "points"],
    "points": ["points"],
    "lasso": ["box", "lasso"],
}


def palette() -> figures.Palette:
    """The colours of the browser's theme."""
    return figures.DARK if st.context.theme.type == "dark" else figures.LIGHT


@st.cache_resource(max_entries=64, show_spinner=False)
def _binned(key: Key, log: bool, _values: Callable[[], pl.Series]) -> tuple[Edges, pl.Series, np.ndarray]:
    """Edges over all rows, each row's bin, and rows per bin; computed once per column and scale."""
    values = _values()
    edges = tuple(counting.log_edges(values) if log else counting.linear_edges(values))
    numbers = counting.bin_numbers(values, edges)
    return edges, numbers, counting.count_bins(numbers, len(edges) - 1)


def binned(dataset: Dataset, column: str, log: bool) -> tuple[Edges, pl.Series, np.ndarray]:
    return _binned(key_of(dataset, column), log, lambda: dataset.column(column))


def histogram(dataset: Dataset, column: str, unit: str, *, log: bool = False, mark: float | None = None) -> None:
    """Rows per bin of a number column; a click on a bar or a dragged range sets the range filter of the column."""
    edges, numbers, everything = binned(dataset, column, log)
    others = session.view().without_column(column)
    shown = everything
    if others.active:
        shown = counting.count_bins(numbers.gather(dataset.rows_of(others)), len(edges) - 1)
    whole = dataset.schema[column].is_integer()
    kept = own_range(session.view(), column)
    figure = figures.histogram(edges, everything, shown, kept, whole, unit, palette(), mark)

    def pick(selection: Mapping[str, Any]) -> View | None:
        bounds = range_of(selection, edges)
        return session.view().narrowed(column, "range", bounds) if bounds else None

    def table() -> pl.DataFrame:
        words = [figures.bin_words(low, high, whole) for low, high in itertools.pairwise(edges)]
        return pl.DataFrame({unit: words, "rows in view": shown, "all rows": everything})

    title = unit[:1].upper() + unit[1:]
    draw(figure, f"hist_{column}", title, pick, "box", table=table, mark=lambda line: {"x": line})


def say_colours() -> None:
    """What the colours of the bars on a page mean; nothing without a filter, since all bars are blue then."""
    if session.view().active:
        st.caption(
            "Blue: rows in view. Grey: all rows, scaled to the view. Pale: excluded by the filter on this column."
        )


def own_range(view: View, column: str) -> tuple[float, float] | None:
    """The half-open range that the filters of the view keep of a number column; None without such a filter."""
    low, high, is_filtered = -np.inf, np.inf, False
    for f in view.active:
        if f.column == column and f.op in ("range", "ge", "gt", "le", "lt", "eq"):
            is_filtered = True
            first, last = split_values(f.value) if f.op == "range" else (f.value, f.value)
            if f.op in ("range", "ge", "gt", "eq") and first:
                low = max(low, float(first))
            if f.op in ("range", "le", "lt", "eq") and last:
                high = min(high, float(last) + (0.5 if f.op in ("le", "eq") else 0))
    return (low, high) if is_filtered else None


def range_of(selection: Mapping[str, Any], edges: Sequence[float]) -> str | None:
    """The `low~high` of a dragged box or a clicked bar, at bin edges; None for an empty selection."""
    if box := selection.get("box"):
        first, last = sorted(float(x) for x in box[0]["x"][:2])
    elif points := selection.get("points"):
        first = last = float(points[0]["x"])
    else:
        return None
    low = min(max(round(first), 0), len(edges) - 2)
    high = min(max(round(last), low), len(edges) - 2)
    return join_values(edge if edge != int(edge) else int(edge) for edge in (edges[low], edges[high + 1]))


def bars(dataset: Dataset, column: str, *, limit: int = 8) -> None:
    """Rows per value of a column; a click on a bar adds its value to the filter of the column, or removes it.

    Below it the values without a bar, as a button that keeps their rows.
    """
    counted, lines = counted_lines(dataset, column, limit)
    named = counted.filter("is_named")["value"].to_list()
    others = session.view().without_column(column)
    shown = counted["rows"].to_list()
    if others.active:
        shown = counting.count_bins(lines.gather(dataset.rows_of(others)), counted.height).tolist()
    filters = [f for f in session.view().active if f.column == column and f.op in ("in", "eq")]
    picked = [v for f in filters for v in (split_values(f.value) if f.op == "in" else [f.value])] or None
    figure = figures.bars(counted, shown, picked, palette())
    is_other = [figures.is_other(line) for line in counted.iter_rows(named=True)]
    values = counted["value"].to_list()
    drawn = [value for value, other in zip(values, is_other, strict=True) if not other][::-1]

    def pick(selection: Mapping[str, Any]) -> View | None:
        if not (points := selection.get("points")):
            return None
        value = points[0]["line"] if "line" in points[0] else drawn[round(points[0]["y"])]
        return picked_value(session.view(), column, value, named)

    def table() -> pl.DataFrame:
        parts = [n / max(sum(shown), 1) for n in shown]
        return pl.DataFrame({"value": values, "rows in view": shown, "share": parts, "all rows": counted["rows"]})

    title = f"Rows by {dataset.called(column)}"
    draw(figure, f"bars_{column}", title, pick, table=table, mark=lambda line: {"line": values[line]})
    if True in is_other:
        line = is_other.index(True)
        words = other_words(values[line], shown[line], sum(shown))
        rest = picked_value(session.view(), column, values[line], named)
        st.button(words, key=f"other_{column}", type="tertiary", on_click=session.set_view, args=(rest,))


def other_words(value: str, rows: int, every: int) -> str:
    """The values without a bar in words: `(other 156)` becomes "156 other values: 4,180 rows (52%)"."""
    number = value.strip("()").removeprefix("other ")
    noun = "value" if number == "1" else "values"
    return f"{number} other {noun}: {count(rows)} ({share(rows / every if every else 0.0)})"


def counted_lines(dataset: Dataset, column: str, limit: int) -> tuple[pl.DataFrame, pl.Series]:
    """The most frequent values of a column over all rows as a table, and the line of that table for each row."""
    return _counted(key_of(dataset, column), limit, lambda: dataset.column(column))


@st.cache_resource(max_entries=64, show_spinner=False)
def _counted(key: Key, limit: int, _values: Callable[[], pl.Series]) -> tuple[pl.DataFrame, pl.Series]:
    """Rows per value over all rows, and the line of each row in that table; computed once per column."""
    counted = counting.count_values(values := _values(), limit)
    return counted, counting.line_numbers(values, counted)


def picked_value(view: View, column: str, value: str, named: Sequence[str]) -> View:
    """The view after a click on the bar of a value: the filter keeps that value too, or no longer."""
    if value not in named:
        rest = view.without_column(column)
        if value == counting.MISSING:
            return rest.where(column, "null")
        return rest.where(column, "notin", join_values(named)).where(column, "notnull")
    chosen = next((f for f in view if f.column == column and f.op == "in"), None)
    kept = split_values(chosen.value) if chosen else []
    kept = [v for v in kept if v != value] if value in kept else [*kept, value]
    rest = view.without_column(column)
    return rest.where(column, "in", join_values(kept)) if kept else rest


def draw(
    figure: go.Figure,
    key: str,
    alt: str,
    pick: Callable[[Mapping[str, Any]], View | None],
    mode: Literal["box", "points", "lasso"] = "points",
    config: Mapping[str, Any] = figures.CONFIG,
    *,
    table: Callable[[], pl.DataFrame] | None = None,
    mark: Callable[[int], Mapping[str, Any]] | None = None,
) -> None:
    """Draws a figure under its name `alt`; its selection becomes a view. A selection is used once: the chart then gets
    a new key, otherwise the browser sends it again with every later click.

    `table` gives the numbers that are drawn, for the button beside the title. With `mark`, which gives the place of a
    line's mark in the figure, a ticked line does what a click on that mark does.
    """
    picks = st.session_state.setdefault("chart_picks", {})
    widget = widget_key(key)

    def select(selection: Mapping[str, Any]) -> None:
        new = pick(selection)
        if new is not None:
            picks[key] = picks.get(key, 0) + 1
            session.set_view(new)

    with st.container(key=f"chart_{key}", gap=None):
        if table:
            tick = (lambda line: select({"points": [mark(line)]})) if mark else None
            tables.beside(table, key, alt, tick)
        st.plotly_chart(
            paper.titled(figure, alt),
            key=widget,
            on_select=lambda: select(st.session_state[widget].selection),
            selection_mode=MODES[mode],
            config=_config(config, alt),
            alt=alt,
            theme=None,
        )


def show(figure: go.Figure, key: str, alt: str, table: Callable[[], pl.DataFrame]) -> None:
    """Draws a figure in which nothing can be clicked, under its name, with its numbers beside the title."""
    with st.container(key=f"chart_{key}", gap=None):
        tables.beside(table, key, alt)
        st.plotly_chart(paper.titled(figure, alt), key=key, config=_config(figures.CONFIG, alt), alt=alt, theme=None)


def _config(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {**config, "toImageButtonOptions": {"filename": tables.file_name(name, ""), "scale": 2}}


def widget_key(key: str) -> str:
    """The widget key of the current chart with this key; it changes after each selection."""
    return f"{key}_{st.session_state.get('chart_picks', {}).get(key, 0)}"
