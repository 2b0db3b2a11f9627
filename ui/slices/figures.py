"""Figures of slices: differences with intervals, one distribution per slice, two dimensions as a grid."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import polars as pl

from analysis.statistics.counting import extent
from ui.figures.paper import NUMBERS, OPAQUE, PICKED, Palette, compact, edge_ticks, layout, on_scale
from ui.session import number_words
from ui.session.text import plotly_text


def names_of(slices: pl.DataFrame, limit: int = 28) -> list[str]:
    """The name of each slice on an axis, with its number of rows."""
    both = slices["b"].is_not_null().to_list()
    named = [f"{a} × {b}" if two else str(a) for a, b, two in zip(slices["a"], slices["b"], both, strict=True)]
    return [f"{plotly_text(name, limit) or '(empty)'} ({n:,})" for name, n in zip(named, slices["rows"], strict=True)]


def differences(lines: pl.DataFrame, unit: str, palette: Palette) -> go.Figure:
    """A point and its 95% interval per slice, from `difference`, `low`, `high`; pale if the difference is not clear.

    The first line is on top; `slice` is the custom data of each point.
    """
    lines = lines.reverse()
    y = list(range(lines.height))
    telling = (lines["verdict"] == "telling").to_list()
    words = [
        f"{number_words.number(d)} (95%: {number_words.numbers(a, b)}), {verdict}"
        if d is not None and a is not None
        else str(verdict)
        for d, a, b, verdict in lines.select("difference", "low", "high", "verdict").iter_rows()
    ]
    interval = {
        "type": "data",
        "symmetric": False,
        "color": palette.rest,
        "thickness": 1.5,
        "width": 0,
        "array": (lines["high"] - lines["difference"]).to_list(),
        "arrayminus": (lines["difference"] - lines["low"]).to_list(),
    }
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": lines["difference"].to_list(),
        "y": y,
        "error_x": interval,
        "marker": {"size": 9, "color": [palette.view if t else palette.rest for t in telling]},
        "customdata": list(zip(lines["slice"].to_list(), words, strict=True)),
        "hovertemplate": "%{customdata[1]}<extra></extra>",
        **OPAQUE,
    }
    return go.Figure(
        [points],
        layout(
            palette,
            max(28 * lines.height + 60, 130),
            xaxis={"title": {"text": unit}, **NUMBERS, "zeroline": True, "zerolinecolor": palette.text},
            yaxis={"tickvals": y, "ticktext": names_of(lines), "showgrid": False, "range": [-0.7, len(y) - 0.3]},
        ),
    )


def ridges(bins: pl.DataFrame, unit: str, palette: Palette) -> go.Figure:
    """One distribution per slice on a common scale, from `name`, `bin`, `low`, `high`, `label`, `rows`, `share`.

    The highest bin of each slice fills its line, so that shapes can be compared; the hover text has the shares.
    """
    groups = bins.partition_by("line", maintain_order=True)[::-1]
    first = groups[0]
    labels = first["label"].to_list()
    edges = [*first["low"].to_list(), first["high"][-1]]
    positions = list(range(first.height)) if labels[0] is not None else edge_ticks(edges)[0]
    words = [plotly_text(str(label), 18) for label in labels] if labels[0] is not None else edge_ticks(edges)[1]
    scaled = unit if labels[0] is not None else on_scale(unit, edges)
    names = [f"{plotly_text(group['name'][0], 28) or '(empty)'} ({int(group['rows'].sum()):,})" for group in groups]
    bars = []
    for number, group in enumerate(groups):
        highest = extent(group["share"])[1] or 1.0
        shares = group["share"].fill_nan(0).fill_null(0)
        spans = [
            label if label is not None else f"{compact(low)} to {compact(high)}"
            for low, high, label in group.select("low", "high", "label").iter_rows()
        ]
        hover_texts = [
            (plotly_text(str(span), 40), f"{n:,}", number_words.share(share))
            for span, n, share in zip(spans, group["rows"], shares, strict=True)
        ]
        bars.append(
            {
                "type": "bar",
                "x": group["bin"].to_list(),
                "y": (shares / highest * 0.85).to_list(),
                "base": number,
                "marker": {"color": palette.view},
                "customdata": hover_texts,
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} rows, "
                "%{customdata[2]} of the slice<extra></extra>",
            }
        )
    return go.Figure(
        bars,
        layout(
            palette,
            max(46 * len(groups) + 60, 150),
            bargap=0,
            xaxis={"title": {"text": scaled}, "showgrid": False, "tickvals": positions, "ticktext": words},
            yaxis={
                "tickvals": list(range(len(groups))),
                "ticktext": names,
                "range": [-0.1, len(groups)],
                "ticks": "outside",
                "tickcolor": palette.grid,
            },
        ),
    )


def grid(cells: pl.DataFrame, value: str, unit: str, palette: Palette) -> go.Figure:
    """Two dimensions as a grid of cells coloured by the column `value`; an invisible mark in each cell can be clicked.

    From `a`, `b`, `a_line`, `b_line`, `slice`, `slice_rows` and `value`; a cell without rows or value stays blank.
    """
    down = cells.select("a", "a_line").unique().sort("a_line", descending=True)
    across = cells.select("b", "b_line").unique().sort("b_line")
    y = {line: i for i, line in enumerate(down["a_line"])}
    x = {line: i for i, line in enumerate(across["b_line"])}
    shown = np.full((down.height, across.height), np.nan)
    for a, b, number in cells.select("a_line", "b_line", value).iter_rows():
        shown[y[a], x[b]] = np.nan if number is None else number
    hover_texts = [
        (
            number,
            plotly_text(a, 40),
            plotly_text(b, 40),
            f"{n:,}",
            "none" if shown_ is None else number_words.number(shown_),
        )
        for number, a, b, n, shown_ in cells.select("slice", "a", "b", "slice_rows", shown=value).iter_rows()
    ]
    coloured = {
        "type": "heatmap",
        "z": shown,
        "hoverinfo": "skip",
        "xgap": 1,
        "ygap": 1,
        "colorscale": [[0, palette.scale[0]], [1, palette.scale[1]]],
        "colorbar": {"title": {"text": plotly_text(unit, 30)}, **NUMBERS, "thickness": 10},
    }
    words = "%{customdata[1]} × %{customdata[2]}<br>%{customdata[3]} rows<br>%{customdata[4]}<extra></extra>"
    picked = {
        **PICKED,
        "x": [x[b] for b in cells["b_line"]],
        "y": [y[a] for a in cells["a_line"]],
        "customdata": hover_texts,
        "hovertemplate": words,
    }
    return go.Figure(
        [coloured, picked],
        layout(
            palette,
            max(30 * down.height + 90, 160),
            xaxis={
                "tickvals": list(x.values()),
                "ticktext": [plotly_text(name, 18) or "(empty)" for name in across["b"]],
                "showgrid": False,
                "side": "top",
            },
            yaxis={
                "tickvals": list(y.values()),
                "ticktext": [plotly_text(name, 28) or "(empty)" for name in down["a"]],
                "showgrid": False,
            },
        ),
    )
