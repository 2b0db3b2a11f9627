"""What all figures share: colours, layout, ticks and the format of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
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
        settings[name] = {**settings[name], **value} if isinstance(settings.get(name), dict) else value
    return settings


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

    A power of ten is left out where its label would cover that of the first edge.
    """
    powers = [i for i, edge in enumerate(edges) if edge > 0 and np.isclose(np.log10(edge) % 1, 0)]
    uneven = len(edges) > 2 and not np.isclose(edges[1] - edges[0], edges[-1] - edges[-2])
    step = max(1, round((len(edges) - 1) / wanted))
    far = [i for i in powers if i * NEAR_TICKS >= len(edges) - 1]
    bins = sorted({0, *far}) if uneven and len(powers) > 1 else list(range(0, len(edges), step))
    return [i - 0.5 for i in bins], [compact(edges[i]) for i in bins]


MARKED = {"color": "#C44E8A", "width": 2, "dash": "dot"}  # the line at a chosen value
OPAQUE = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
"""For a trace whose marks can be selected: a selection becomes a filter, so the other marks keep their colour."""

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
    """An axis of numbered bins with ticks at the edges."""
    positions, words = edge_ticks(edges)
    return {"showgrid": False, "tickvals": positions, "ticktext": words}


def bin_words(low: float, high: float, whole: bool) -> str:
    """The range of a bin in words: "100 to 199" for whole numbers, "0.5 to under 1" otherwise."""
    if whole:
        return f"{low:,.0f}" if high - low <= 1 else f"{low:,.0f} to {high - 1:,.0f}"
    return f"{low:,g} to under {high:,g}"
