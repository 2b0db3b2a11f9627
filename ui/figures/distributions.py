"""Figures of distributions: histogram, density of two numbers, boxes by group, lines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import polars as pl

from ui.figures.paper import (
    CATEGORIES,
    MARKED,
    NUMBERS,
    OPAQUE,
    Palette,
    bin_words,
    compact,
    count_axis,
    edge_axis,
    layout,
    on_scale,
    upright,
)
from ui.session.text import plotly_text


def histogram(
    edges: Sequence[float],
    everything: np.ndarray,
    shown: np.ndarray,
    picked: tuple[float, float] | None,
    whole: bool,
    unit: str,
    palette: Palette,
    mark: float | None = None,
    height: int = 230,
) -> go.Figure:
    """Bars of the rows in view over grey bars of all rows, which are scaled to the view if it has fewer rows.

    `picked` is the range that the filter of the view keeps: bars outside it are paler. `mark` draws a line at a value.
    """
    total, part = int(everything.sum()), int(shown.sum())
    scale = part / total if total and part else 1.0
    x = np.arange(len(everything))
    low, high = picked or (-np.inf, np.inf)
    inside = [low < e2 and e1 < high for e1, e2 in itertools.pairwise(edges)]
    words = [bin_words(a, b, whole) for a, b in itertools.pairwise(edges)]
    in_view = {
        "type": "bar",
        "x": x,
        "y": shown,
        "marker": {"color": [palette.view if i else palette.rest for i in inside]},
        "customdata": _pairs(words, shown),
        **OPAQUE,
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} rows in view<extra></extra>",
    }
    behind = {
        "type": "bar",
        "x": x,
        "y": everything * scale,
        "marker": {"color": palette.all},
        "width": 1.0,
        "customdata": _pairs(words, everything),
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} of all rows<extra></extra>",
        "name": "all rows, scaled to the view" if scale < 0.999 else "all rows",
    }
    marks = []
    if mark is not None and edges[0] <= mark <= edges[-1]:
        position = float(np.interp(mark, edges, np.arange(len(edges)) - 0.5))
        marks = [upright(position, MARKED)]
    return go.Figure(
        [behind, in_view] if part < total else [in_view],
        layout(
            palette,
            height,
            dragmode="select",
            selectdirection="h",
            bargap=0.06,
            xaxis={"title": {"text": on_scale(unit, edges)}, **edge_axis(edges)},
            yaxis=count_axis("rows", (shown.max(), scale * everything.max())),
            shapes=marks,
        ),
    )


def _pairs(words: Sequence[str], counts: np.ndarray) -> list[tuple[str, str]]:
    return [(word, f"{int(n):,}") for word, n in zip(words, counts, strict=True)]


def density(
    counts: np.ndarray, x_edges: Sequence[float], y_edges: Sequence[float], x: str, y: str, palette: Palette
) -> go.Figure:
    """A heat map of rows per pair of bins. Empty cells stay blank; the colour shows the logarithm of the rows."""
    shown = np.where(counts > 0, np.log10(np.maximum(counts, 1)), np.nan)
    powers = list(range(int(np.ceil(np.log10(max(counts.max(), 1)))) + 1))
    cells = {
        "type": "heatmap",
        "z": shown,
        "customdata": counts,
        "zmin": 0,
        "hoverongaps": False,
        "colorscale": [[0, palette.scale[0]], [1, palette.scale[1]]],
        "hovertemplate": "%{customdata:,} rows<extra></extra>",
        "colorbar": {
            "title": {"text": "rows"},
            "tickvals": powers,
            "ticktext": [compact(10**p) for p in powers],
            "thickness": 10,
        },
    }
    return go.Figure(
        [cells],
        layout(
            palette,
            340,
            dragmode="select",
            xaxis={"title": {"text": on_scale(x, x_edges)}, **edge_axis(x_edges)},
            yaxis={"title": {"text": on_scale(y, y_edges)}, **edge_axis(y_edges)},
        ),
    )


def boxes(table: pl.DataFrame, unit: str, palette: Palette) -> go.Figure:
    """Horizontal boxes per group from `low`, `q1`, `median`, `q3`, `high`, so the browser computes nothing."""
    table = table.reverse()
    y = list(range(table.height))
    names = [plotly_text(group, 24) or "(empty)" for group in table["group"]]
    bounds = {"lowerfence": "low", "q1": "q1", "median": "median", "q3": "q3", "upperfence": "high"}
    box = {
        "type": "box",
        "orientation": "h",
        "y": y,
        **{of: table[name].to_list() for of, name in bounds.items()},
        "marker": {"color": palette.view},
        "line": {"width": 1.5},
        "hoverinfo": "x",
    }
    groups = [f"{n} ({r:,})" for n, r in zip(names, table["rows"], strict=True)]
    return go.Figure(
        [box],
        layout(
            palette,
            max(34 * table.height + 60, 130),
            xaxis={"title": {"text": unit}, **NUMBERS, "rangemode": "tozero"},
            yaxis={"tickvals": y, "ticktext": groups, "showgrid": False},
        ),
    )


def lines(
    series: Sequence[tuple[str, Sequence[float], Sequence[float]]], x: str, y: str, palette: Palette, log: bool = False
) -> go.Figure:
    """One line per (name, x values, y values), named in the legend."""
    curves = [
        {
            "type": "scatter",
            "x": list(xs),
            "y": list(ys),
            "name": plotly_text(name),
            "mode": "lines",
            "line": {"color": CATEGORIES[number], "dash": "solid" if number == 0 else "dash"},
        }
        for number, (name, xs, ys) in enumerate(series)
    ]
    return go.Figure(
        curves,
        layout(
            palette,
            280,
            showlegend=True,
            legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
            xaxis={"title": {"text": f"{x} (log scale)" if log else x}, "type": "log" if log else "linear"},
            yaxis={"title": {"text": y}},
        ),
    )
