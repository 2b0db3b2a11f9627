"""What every figure is drawn on: colours, layout, ticks and how numbers are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
FONT = "Inter, Noto Sans, system-ui, sans-serif"
CATEGORIES = ("#2F6FDE", "#E0792B", "#2A9D74", "#C44E8A", "#7A5BD0", "#B8962E", "#4BA3C7", "#8C6D5A")

NUMBERS = {  # 0.06 and 1.2k on the ticks of an axis: by itself "~s" would write sixty thousandths as 60m
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


LIGHT = Palette("#2F6FDE", "#A9C2EF", "#DDE3EA", "#1B2430", "#E8ECF1", ("#EAF1FD", "#1B4FB5"))
DARK = Palette("#6EA8FF", "#3D5B8C", "#343F4D", "#E4E9F0", "#27303B", ("#2A3F66", "#9CC4FF"))


def compact(value: float) -> str:
    """A number as short as an axis needs it: 950, 1.2k, 3M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def layout(palette: Palette, height: int, **more: Any) -> dict[str, Any]:
    axis = {"gridcolor": palette.grid, "zeroline": False, "fixedrange": True, "automargin": True}
    made: dict[str, Any] = {
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
        made[name] = {**made[name], **value} if isinstance(made.get(name), dict) else value
    return made


def edge_ticks(edges: Sequence[float], wanted: int = 9) -> tuple[list[float], list[str]]:
    """Where the axis of numbered bins is ticked, and with which edge: bin `i` is drawn from i - 0.5 to i + 0.5."""
    powers = [i for i, edge in enumerate(edges) if edge > 0 and np.isclose(np.log10(edge) % 1, 0)]
    uneven = len(edges) > 2 and not np.isclose(edges[1] - edges[0], edges[-1] - edges[-2])
    step = max(1, round((len(edges) - 1) / wanted))
    at = sorted({0, *powers}) if uneven and len(powers) > 1 else list(range(0, len(edges), step))
    return [i - 0.5 for i in at], [compact(edges[i]) for i in at]


MARKED = {"color": "#C44E8A", "width": 2, "dash": "dot"}  # the line at a value that a person chose
OPAQUE = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
"""Of a trace whose marks can be picked: what is picked becomes a filter, so nothing needs to pale."""

CELL_PIXELS = 28  # what a click in a cell can hit
PICKED = {
    "type": "scatter",
    "mode": "markers",
    "marker": {"symbol": "square", "size": CELL_PIXELS, "color": "rgba(0,0,0,0)"},
    **OPAQUE,
}
"""Invisible marks over the cells of a heatmap, which cannot be picked themselves."""


def upright(x: float, line: Mapping[str, Any]) -> dict[str, Any]:
    """A line from the bottom of the picture to its top."""
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "line": dict(line)}


def edge_axis(edges: Sequence[float]) -> dict[str, Any]:
    """An axis of numbered bins, ticked at its edges."""
    at, words = edge_ticks(edges)
    return {"showgrid": False, "tickvals": at, "ticktext": words}


def bin_words(low: float, high: float, whole: bool) -> str:
    """What stands in one bin: "from 100 to 199" for whole numbers, "from 0.5 to under 1" otherwise."""
    if whole:
        return f"{low:,.0f}" if high - low <= 1 else f"{low:,.0f} to {high - 1:,.0f}"
    return f"{low:,g} to under {high:,g}"
