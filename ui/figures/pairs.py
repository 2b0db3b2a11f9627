"""Figures of two sides: shares of pairs as mirrored bars, overlaid distributions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from ui.figures.paper import CATEGORIES, OPAQUE, Palette, bin_words, edge_axis, layout, on_scale
from ui.session.number_words import share
from ui.session.text import plotly_text

OTHER_SIDE = CATEGORIES[1]


def _layout(palette: Palette, height: int, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    legend = {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
    return layout(palette, height, bargap=0.25, showlegend=True, legend=legend, xaxis=x, yaxis=y)


def mirrored(pairs: pl.DataFrame, names: tuple[str, str], palette: Palette) -> go.Figure:
    """Horizontal bars of each pair's share, this side to the left and the other to the right; the first pair on top.

    `pairs`: `verb`, `noun`, `left_rows`, `left_share`, `right_rows`, `right_share`.
    """
    lines = pairs.reverse()
    y = list(range(lines.height))
    words = [plotly_text(f"{verb} {noun}", 32) for verb, noun in lines.select("verb", "noun").iter_rows()]
    longest = max([*lines["left_share"], *lines["right_share"], 1e-9])
    bars = []
    for side, name, colour, sign in (("left", names[0], palette.view, -1), ("right", names[1], OTHER_SIDE, 1)):
        shares, rows = lines[f"{side}_share"].to_list(), lines[f"{side}_rows"].to_list()
        bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": y,
                "x": [sign * part for part in shares],
                "name": plotly_text(name),
                "marker": {"color": colour},
                "text": list(map(share, shares)),
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": [(word, f"{n:,}", share(s)) for word, n, s in zip(words, rows, shares, strict=True)],
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} rows, %{customdata[2]} of those with a pair",
                **OPAQUE,
            }
        )
    x_axis = {"range": [-1.5 * longest, 1.5 * longest], "showticklabels": False, "showgrid": False}
    y_axis = {"tickvals": y, "ticktext": words, "showgrid": False}
    return go.Figure(bars, _layout(palette, 24 * lines.height + 60, x_axis, y_axis))


def overlaid(
    edges: Sequence[float],
    sides: Sequence[tuple[str, Sequence[int]]],
    unit: str,
    palette: Palette,
    whole: bool = True,
) -> go.Figure:
    """Rows per bin as a share of each side's rows, both sides as overlaid filled steps."""
    bins = list(range(len(edges) - 1))
    words = [bin_words(low, high, whole) for low, high in itertools.pairwise(edges)]
    steps = []
    for (name, rows), colour, dash in zip(sides, (palette.view, OTHER_SIDE), ("solid", "dash"), strict=True):
        every = max(sum(rows), 1)
        steps.append(
            {
                "type": "scatter",
                "x": bins,
                "y": [n / every for n in rows],
                "name": plotly_text(name),
                "mode": "lines",
                "line": {"shape": "hvh", "color": colour, "dash": dash},
                "fill": "tozeroy",
                "fillcolor": f"{colour}2E",
                "customdata": [(word, f"{n:,}") for word, n in zip(words, rows, strict=True)],
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} rows, %{y:.1%}",
            }
        )
    x_axis = {"title": {"text": on_scale(unit, edges)}, **edge_axis(edges)}
    highest = max((n / max(sum(rows), 1) for _, rows in sides for n in rows), default=0.0)
    top = (
        {"range": [0, 1.06 * highest]} if highest else {"rangemode": "tozero"}
    )  # room for the line at the highest step
    y_axis = {"title": {"text": "share of rows"}, "tickformat": ".0%", **top}
    return go.Figure(steps, _layout(palette, 300, x_axis, y_axis))
