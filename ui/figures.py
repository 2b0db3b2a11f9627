"""Plotly figures from counted tables. Pure: numbers in, figure out; nothing here knows the dataset or the session.

All rows are grey, the rows in view are in the primary colour; a category has the same colour everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from ui.text import plotly_text

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
FONT = "Inter, Noto Sans, system-ui, sans-serif"
CATEGORIES = ("#2F6FDE", "#E0792B", "#2A9D74", "#C44E8A", "#7A5BD0", "#B8962E", "#4BA3C7", "#8C6D5A")


@dataclass(frozen=True)
class Palette:
    """The colours of one theme."""

    view: str
    rest: str
    all: str
    text: str
    grid: str
    scale: tuple[str, str]


LIGHT = Palette("#2F6FDE", "#A9C2EF", "#DDE3EA", "#1B2430", "#E8ECF1", ("#EAF1FD", "#1B4FB5"))
DARK = Palette("#6EA8FF", "#3D5B8C", "#343F4D", "#E4E9F0", "#27303B", ("#2A3F66", "#9CC4FF"))


def compact(value: float) -> str:
    """A number as short as an axis needs it: 950, 1.2k, 3M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _layout(palette: Palette, height: int, **more: Any) -> dict[str, Any]:
    axis = {"gridcolor": palette.grid, "zeroline": False, "fixedrange": True, "automargin": True}
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "barmode": "overlay",
        "bargap": 0.08,
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": palette.text, "size": 12, "family": FONT},
        "dragmode": False,
        "clickmode": "event+select",
        "hoverlabel": {"align": "left"},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
    }
    for name, value in more.items():
        layout[name] = {**layout[name], **value} if isinstance(layout.get(name), dict) else value
    return layout


def edge_ticks(edges: Sequence[float], wanted: int = 9) -> tuple[list[float], list[str]]:
    """Where the axis of numbered bins is ticked, and with which edge: bin `i` is drawn from i - 0.5 to i + 0.5."""
    powers = [i for i, edge in enumerate(edges) if edge > 0 and np.isclose(np.log10(edge) % 1, 0)]
    uneven = len(edges) > 2 and not np.isclose(edges[1] - edges[0], edges[-1] - edges[-2])
    step = max(1, round((len(edges) - 1) / wanted))
    at = sorted({0, *powers}) if uneven and len(powers) > 1 else list(range(0, len(edges), step))
    return [i - 0.5 for i in at], [compact(edges[i]) for i in at]


def bin_words(low: float, high: float, whole: bool) -> str:
    """What stands in one bin: "from 100 to 199" for whole numbers, "from 0.5 to under 1" otherwise."""
    if whole:
        return f"{low:,.0f}" if high - low <= 1 else f"{low:,.0f} to {high - 1:,.0f}"
    return f"{low:,g} to under {high:,g}"


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
    """Bars of the rows in view over those of all rows in grey, which are scaled to the view where it is smaller.

    `picked` is the range that the view's own filter keeps: bars outside it are paler. `mark` draws a line at a value.
    """
    total, part = int(everything.sum()), int(shown.sum())
    scale = part / total if total and part else 1.0
    whole_steps = {"dtick": 1} if max(shown.max(), scale * everything.max()) <= 5 else {}  # there is no half a row
    x = np.arange(len(everything))
    low, high = picked or (-np.inf, np.inf)
    inside = [low < e2 and e1 < high for e1, e2 in zip(edges, edges[1:], strict=False)]
    words = [bin_words(a, b, whole) for a, b in zip(edges, edges[1:], strict=False)]
    figure = go.Figure(
        layout=_layout(
            palette,
            height,
            dragmode="select",
            selectdirection="h",
            bargap=0.06,
            xaxis={
                "title": {"text": unit},
                "showgrid": False,
                **dict(zip(("tickvals", "ticktext"), edge_ticks(edges), strict=True)),
            },
            yaxis={"title": {"text": "rows"}, "tickformat": "~s", **whole_steps},
        )
    )
    if part < total:
        note = "all rows, scaled to the view" if scale < 0.999 else "all rows"
        figure.add_bar(
            x=x,
            y=everything * scale,
            marker={"color": palette.all},
            width=1.0,
            customdata=_pairs(words, everything),
            hovertemplate="%{customdata[0]}<br>%{customdata[1]} of all rows<extra></extra>",
            name=note,
        )
    figure.add_bar(
        x=x,
        y=shown,
        marker={"color": [palette.view if i else palette.rest for i in inside]},
        customdata=_pairs(words, shown),
        hovertemplate="%{customdata[0]}<br>%{customdata[1]} rows in view<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    if mark is not None and edges[0] <= mark <= edges[-1]:
        at = float(np.interp(mark, edges, np.arange(len(edges)) - 0.5))
        figure.add_vline(x=at, line={"color": "#C44E8A", "width": 2, "dash": "dot"})
    return figure


def _pairs(words: Sequence[str], counts: np.ndarray) -> list[tuple[str, str]]:
    return [(word, f"{int(n):,}") for word, n in zip(words, counts, strict=True)]


def bars(counted: pl.DataFrame, shown: Sequence[int], picked: Sequence[str] | None, palette: Palette) -> go.Figure:
    """Lying bars of the rows in view per value, over those of all rows in grey, which are scaled to the view.

    `counted` is the table of all rows (`value`, `rows`, `is_named`), `shown` the rows in view of each of its lines. The
    bars of the rest are cut at the length of the longest named one: their number says what they hold.
    """
    lines = list(zip(counted.iter_rows(named=True), shown, strict=True))[::-1]
    total, part = int(counted["rows"].sum()), sum(shown)
    scale = part / total if total else 1.0
    longest = max([max(line["rows"] * scale, n) for line, n in lines if line["is_named"]] or [1]) or 1
    y = list(range(len(lines)))
    layout = _layout(
        palette,
        max(26 * len(lines) + 20, 90),
        bargap=0.25,
        xaxis={"showgrid": False, "showticklabels": False, "range": [0, 1.3 * longest]},
        yaxis={
            "tickvals": y,
            "ticktext": [plotly_text(line["value"], 24) or "(empty)" for line, _ in lines],
            "showgrid": False,
        },
    )
    figure = go.Figure(layout=layout)
    custom = [(plotly_text(line["value"], 60) or "(empty)", f"{n:,}", f"{line['rows']:,}") for line, n in lines]
    hover = "%{customdata[0]}<br>%{customdata[1]} rows in view<br>%{customdata[2]} of all rows<extra></extra>"
    if part < total:
        behind = [min(line["rows"] * scale, longest) for line, _ in lines]
        figure.add_bar(
            orientation="h", y=y, x=behind, marker={"color": palette.all}, customdata=custom, hovertemplate=hover
        )
    colours = [
        palette.all
        if not line["is_named"]
        else palette.view
        if picked is None or line["value"] in picked
        else palette.rest
        for line, _ in lines
    ]
    figure.add_bar(
        orientation="h",
        y=y,
        x=[min(n, longest) for _, n in lines],
        marker={"color": colours},
        customdata=custom,
        width=0.55 if part < total else None,
        text=[f"{n:,}  {n / part:.0%}" if part else "" for _, n in lines],
        textposition="outside",
        cliponaxis=False,
        hovertemplate=hover,
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    return figure


def density(
    counts: np.ndarray, x_edges: Sequence[float], y_edges: Sequence[float], x: str, y: str, palette: Palette
) -> go.Figure:
    """A heat map of rows per pair of bins; empty cells stay blank, colour grows with the logarithm of the rows."""
    shown = np.where(counts > 0, np.log10(np.maximum(counts, 1)), np.nan)
    powers = list(range(int(np.ceil(np.log10(max(counts.max(), 1)))) + 1))
    figure = go.Figure(
        layout=_layout(
            palette,
            340,
            dragmode="select",
            xaxis={
                "title": {"text": x},
                "showgrid": False,
                **dict(zip(("tickvals", "ticktext"), edge_ticks(x_edges), strict=True)),
            },
            yaxis={
                "title": {"text": y},
                "showgrid": False,
                **dict(zip(("tickvals", "ticktext"), edge_ticks(y_edges), strict=True)),
            },
        )
    )
    figure.add_heatmap(
        z=shown,
        customdata=counts,
        colorscale=[[0, palette.scale[0]], [1, palette.scale[1]]],
        hoverongaps=False,
        hovertemplate="%{customdata:,} rows<extra></extra>",
        zmin=0,
        colorbar={
            "title": {"text": "rows"},
            "tickvals": powers,
            "ticktext": [compact(10**p) for p in powers],
            "thickness": 10,
        },
    )
    return figure


def boxes(table: pl.DataFrame, unit: str, palette: Palette) -> go.Figure:
    """Lying boxes per group from `low`, `q1`, `median`, `q3`, `high`: nothing is computed in the browser."""
    table = table.reverse()
    y = list(range(table.height))
    names = [plotly_text(group, 24) or "(empty)" for group in table["group"]]
    figure = go.Figure(
        layout=_layout(
            palette,
            max(34 * table.height + 60, 130),
            xaxis={"title": {"text": unit}, "tickformat": "~s", "rangemode": "tozero"},
            yaxis={
                "tickvals": y,
                "ticktext": [f"{n} ({r:,})" for n, r in zip(names, table["rows"], strict=True)],
                "showgrid": False,
            },
        )
    )
    figure.add_box(
        orientation="h",
        y=y,
        lowerfence=table["low"].to_list(),
        q1=table["q1"].to_list(),
        median=table["median"].to_list(),
        q3=table["q3"].to_list(),
        upperfence=table["high"].to_list(),
        marker={"color": palette.view},
        line={"width": 1.5},
        hoverinfo="x",
    )
    return figure


def waterfall(names: Sequence[str], rows: Sequence[int], palette: Palette) -> go.Figure:
    """Lying bars of the rows left after each step, what the step took in a paler colour behind."""
    left = list(rows)[::-1]
    before = [*rows[:1], *rows[:-1]][::-1]
    y = list(range(len(left)))
    figure = go.Figure(
        layout=_layout(
            palette,
            32 * len(left) + 20,
            bargap=0.3,
            xaxis={"showgrid": False, "showticklabels": False, "range": [0, 1.2 * max([*rows, 1])]},
            yaxis={"tickvals": y, "ticktext": [plotly_text(n, 60) for n in names][::-1], "showgrid": False},
        )
    )
    figure.add_bar(orientation="h", y=y, x=before, marker={"color": palette.rest}, hoverinfo="skip")
    figure.add_bar(
        orientation="h",
        y=y,
        x=left,
        marker={"color": palette.view},
        cliponaxis=False,
        hoverinfo="skip",
        text=[f"{n:,}" + (f"  (−{b - n:,})" if b > n else "") for n, b in zip(left, before, strict=True)],
        textposition="outside",
    )
    return figure


def wedges(found: Sequence[tuple[str, str, str, int]], as_tree: bool, palette: Palette, height: int = 520) -> go.Figure:
    """A sunburst or treemap of (id, parent id, label, rows); what stands for the rest is grey."""
    ids, parents, labels, rows = map(list, zip(*found, strict=True))
    tops = [id for id, parent in zip(ids, parents, strict=True) if not parent and id != "rest"]
    colours = [
        palette.all if id.endswith("rest") else CATEGORIES[tops.index(id.split("/")[0]) % len(CATEGORIES)] for id in ids
    ]
    draw = go.Treemap if as_tree else go.Sunburst
    trace = draw(
        ids=ids,
        parents=parents,
        labels=[plotly_text(label, 30) for label in labels],
        values=rows,
        branchvalues="total",
        marker={"colors": colours, "line": {"width": 1}},
        sort=False,
        hovertemplate="%{label}<br>%{value:,} rows<br>%{percentRoot:.1%} of all pairs<extra></extra>",
    )
    return go.Figure(trace, layout=_layout(palette, height))


def lines(
    series: Sequence[tuple[str, Sequence[float], Sequence[float]]], x: str, y: str, palette: Palette, log: bool = False
) -> go.Figure:
    """One line per (name, x values, y values), named at its side."""
    figure = go.Figure(
        layout=_layout(
            palette,
            280,
            showlegend=True,
            legend={"orientation": "h", "y": 1.12, "x": 0},
            xaxis={"title": {"text": x}, "type": "log" if log else "linear"},
            yaxis={"title": {"text": y}},
        )
    )
    for number, (name, xs, ys) in enumerate(series):
        dash = "solid" if number == 0 else "dash"
        figure.add_scatter(
            x=list(xs),
            y=list(ys),
            name=plotly_text(name),
            mode="lines",
            line={"color": CATEGORIES[number], "dash": dash},
        )
    return figure
