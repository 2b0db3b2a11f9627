"""What all figures share: colours, layout, ticks and the format of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ui.session.number_words import bin_words as bin_words
from ui.session.text import plotly_text

CONFIG: dict[str, Any] = {
    "displayModeBar": True,
    "displaylogo": False,
    "displayNotifier": False,
    "modeBarButtons": [["toImage"]],
    "scrollZoom": False,
    "doubleClick": False,
}
TITLE_BAND, LEGEND_BAND = 30, 24  # pixels above the drawn area
TITLE_CHARS = 70
FONT = "Inter, Noto Sans, system-ui, sans-serif"
CATEGORIES = ("#2F6FDE", "#E0792B", "#2A9D74", "#C44E8A", "#7A5BD0", "#B8962E", "#4BA3C7", "#8C6D5A")

NUMBERS = {  # ticks such as 0.06 and 1.2k: "~s" alone writes 0.06 as 60m
    "tickformatstops": [{"dtickrange": [None, 0.999], "value": "~g"}, {"dtickrange": [1, None], "value": "~s"}]
}


@dataclass(frozen=True)
class Palette:
    """The colours of one theme."""

    view: str
    rest: str
    all: str
    text: str
    grid: str
    scale: tuple[str, str]
    ground: str


LIGHT = Palette("#2F6FDE", "#A9C2EF", "#DDE3EA", "#1B2430", "#E8ECF1", ("#EAF1FD", "#1B4FB5"), "#FFFFFF")
DARK = Palette("#6EA8FF", "#3D5B8C", "#343F4D", "#E4E9F0", "#27303B", ("#2A3F66", "#9CC4FF"), "#11161D")


def compact(value: float) -> str:
    """A number in short form for an axis: 950, 1.2k, 3M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def layout(palette: Palette, height: int, **more: Any) -> dict[str, Any]:
    axis: dict[str, Any] = {"gridcolor": palette.grid, "zeroline": False, "fixedrange": True, "automargin": True}
    axis["ticklabelstandoff"] = 4  # else the first label of one axis lies over that of the other
    settings: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "barmode": "overlay",
        "bargap": 0.08,
        "showlegend": False,
        "paper_bgcolor": palette.ground,  # so that a picture of it can be read on any ground
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": palette.text, "size": 12, "family": FONT},
        "dragmode": False,
        "clickmode": "event+select",
        "hoverlabel": {"align": "left"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": palette.text, "activecolor": palette.view},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
    }
    for name, value in more.items():
        settings[name] = {**settings[name], **value} if isinstance(settings.get(name), dict) else value
    return settings


def titled(figure: go.Figure, title: str) -> go.Figure:
    """The figure with a title above it, so that a picture of it says what it shows; it grows by the title's height."""
    is_crowded = figure.layout.showlegend or figure.layout.xaxis.side == "top"
    above = TITLE_BAND + (LEGEND_BAND if is_crowded else 0)
    figure.layout.title = {  # set, as update_layout merges property by property and takes ten times as long
        "text": plotly_text(title, TITLE_CHARS),
        "font": {"size": 13},
        **{"x": 0, "xref": "container", "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top"},
        "pad": {"t": 8, "l": 4},
    }
    figure.layout.margin.t = (figure.layout.margin.t or 0) + above
    figure.layout.height += above
    return figure


def count_axis(what: str, counts: Iterable[float]) -> dict[str, Any]:
    """An axis of numbers of things, from 0: few are counted in whole steps, many are written short."""
    steps = {"dtick": 1} if max(counts, default=0) <= 5 else {}
    return {"title": {"text": what}, "tickformat": "~s", "rangemode": "tozero", **steps}


def mixed(colour: str, ground: str, part: float) -> str:
    """The colour that is seen where `part` of it covers the ground; both as #RRGGBB."""
    over, under = (bytes.fromhex(text.removeprefix("#")) for text in (colour, ground))
    return "#" + bytes(round(part * a + (1 - part) * b) for a, b in zip(over, under, strict=True)).hex().upper()


def edge_ticks(edges: Sequence[float], wanted: int = 9) -> tuple[list[float], list[str]]:
    """Tick positions and labels for an axis of numbered bins: bin `i` is drawn from i - 0.5 to i + 0.5.

    On bins that grow, ticks are round numbers wherever they are in their bin: 1, 2 and 5 times a power of ten, only the
    powers where these are too many, all nine multiples where they are too few. On equal bins ticks are edges. A label
    that would cover the one before it is left out.

    >>> edge_ticks([10, 15, 22, 32, 46, 68, 100])[1]
    ['10', '20', '50', '100']
    """
    if is_log(edges):
        places = _round_places(edges)
    else:
        places = [(i - 0.5, edges[i]) for i in range(0, len(edges), max(1, round((len(edges) - 1) / wanted)))]
    near, kept = (len(edges) - 1) / NEAR_TICKS, places[:1]
    for place in places[1:]:
        if place[0] - kept[-1][0] >= near:
            kept.append(place)
    return [position for position, _ in kept], [compact(value) for _, value in kept]


def is_log(edges: Sequence[float]) -> bool:
    """Whether the bins between the edges grow."""
    return len(edges) > 2 and not np.isclose(edges[1] - edges[0], edges[-1] - edges[-2])


def _round_places(edges: Sequence[float]) -> list[tuple[float, float]]:
    """The positions and values of the round numbers between growing edges; all edges where fewer than three are."""
    low, high = edges[1] if edges[0] == 0 else edges[0], edges[-1]
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    in_decades: dict[int, list[float]] = {}
    for many, steps in ((9, range(1, 10)), (3, (1, 2, 5)), (1, (1,))):
        values = [float(f"{step}e{power}") for power in powers for step in steps]
        in_decades[many] = [value for value in values if low <= value <= high]
    fitting = (in_decades[many] for many in (3, 9) if 3 <= len(in_decades[many]) <= MOST_TICKS)
    shown = next(fitting, None) or (in_decades[1] if len(in_decades[1]) > 2 else list(edges))
    if edges[0] == 0 and shown[0] != 0:
        shown = [0.0, *shown]
    return [(float(np.interp(value, edges, range(len(edges)))) - 0.5, value) for value in shown]


MARKED = {"color": "#C44E8A", "width": 2, "dash": "dot"}  # the line at a chosen value
OPAQUE = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
"""For a trace whose marks can be selected: a selection becomes a filter, so the other marks keep their colour."""

MOST_TICKS = 13  # of the form 1, 2, 5 on an axis of growing bins
NEAR_TICKS = 24  # labels less than this part of the axis apart lie over each other
CELL_PIXELS = 28  # the size of the mark that a click in a cell selects
PICKED = {
    "type": "scatter",
    "mode": "markers",
    "marker": {"symbol": "square", "size": CELL_PIXELS, "color": "rgba(0,0,0,0)"},
    **OPAQUE,
}
"""Invisible marks over the cells of a heatmap, because Plotly cannot select the cells."""


def upright(x: float, line: Mapping[str, Any]) -> dict[str, Any]:
    """A vertical line over the full height of the figure."""
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "line": dict(line)}


def edge_axis(edges: Sequence[float]) -> dict[str, Any]:
    """An axis of numbered bins, with its ticks."""
    positions, words = edge_ticks(edges)
    return {"showgrid": False, "tickvals": positions, "ticktext": words}


def on_scale(unit: str, edges: Sequence[float]) -> str:
    """The unit of an axis of bins, with its scale where the bins grow."""
    return f"{unit} (log scale)" if is_log(edges) else unit
