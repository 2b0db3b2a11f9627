"""The figure of the map: the density of all rows, points by colour, and the names of clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
import polars as pl

from analysis.map.drawing import Bounds
from ui.figures.paper import CATEGORIES, LIGHT, Palette, layout
from ui.session.text import plotly_text

NAMED = len(CATEGORIES)
STEPS = 65_535  # of a coordinate: two bytes each, finer than any screen
HEIGHT, LEGEND = 680, 84  # pixels; the legend never moves the map
ABOVE = 12  # pixels from the middle of a cluster to its name, so that the name does not hide a small one
EDGE = 48  # pixels of margin for the names of clusters at the edge
POINT_SIZES, SMALLEST_POINT = ((100, 9), (2_000, 6), (6_000, 4)), 3  # at most so many points, each so many pixels wide
NAME_CHARS = 34
CONFIG = {
    "displayModeBar": True,
    "displaylogo": False,
    "displayNotifier": False,
    "scrollZoom": False,
    "doubleClick": "reset",
    "modeBarButtons": [["lasso2d", "select2d", "pan2d", "zoom2d", "resetScale2d", "toImage"]],
}
Cells = np.ndarray[tuple[int, ...], np.dtype[np.uint32]]
Trace = dict[str, Any]
Steps = np.ndarray[tuple[int, ...], np.dtype[np.uint16]]


class Hue(NamedTuple):
    """Points of one colour: its name, the number of the category (null: not a category), their rows."""

    name: str
    number: int | None
    rows: pl.Series
    is_missing: bool = False


class Scale(NamedTuple):
    """Points on a scale: rows, their shades 0..254, the values at its ends and middle; and rows without a number."""

    rows: pl.Series
    shades: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
    ends: tuple[str, str, str]
    without: pl.Series


class Paper(NamedTuple):
    """Converts places to steps of the picture, at the same scale on both axes, and back."""

    left: float
    bottom: float
    unit: float

    @classmethod
    def of(cls, bounds: Bounds) -> Paper:
        return cls(bounds.left, bounds.bottom, max(bounds.right - bounds.left, bounds.top - bounds.bottom) / STEPS)

    def steps(self, x: pl.Series, y: pl.Series) -> tuple[Steps, Steps]:
        def of(values: pl.Series, low: float) -> Steps:
            return ((values.to_numpy().astype(np.float64) - low) / self.unit).clip(0, STEPS).round().astype(np.uint16)

        return of(x, self.left), of(y, self.bottom)

    def place(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.unit, self.bottom + y * self.unit


class Drawn(NamedTuple):
    """All that is drawn; rows are positions in the dataset, their places are in `x` and `y`."""

    bounds: Bounds
    x: pl.Series
    y: pl.Series
    everything: Cells
    in_view: Cells | None
    colours: Sequence[Hue] | Scale
    outside: pl.Series
    labels: pl.DataFrame


def traces_of(drawn: Drawn) -> list[pl.Series]:
    """The rows of each trace of points, in their order on the map; those outside the view first."""
    colours = drawn.colours
    hues = [colours.without, colours.rows] if isinstance(colours, Scale) else [h.rows for h in _ordered(colours)]
    return [drawn.outside, *hues]


def _ordered(hues: Sequence[Hue]) -> list[Hue]:
    """In drawing order: missing and other values first, then the named ones, largest first."""
    return sorted(hues, key=lambda hue: (hue.number is not None, not hue.is_missing, hue.number or 0))


def map_of_rows(drawn: Drawn, palette: Palette) -> go.Figure:
    """The map, its axes equal and without ticks. Places are sent as steps of two bytes; hover.js shows the hover texts.

    All traces are given at once: plotly validates the whole figure again for each trace that is added.
    """
    paper = Paper.of(drawn.bounds)
    width, height = (
        (drawn.bounds.right - drawn.bounds.left) / paper.unit,
        (drawn.bounds.top - drawn.bounds.bottom) / paper.unit,
    )
    bare = {"showgrid": False, "showticklabels": False, "ticks": "", "fixedrange": False, "automargin": False}
    clouds = [_cloud(drawn.everything, width, height, palette, 0.22 if drawn.in_view is not None else 0.45)]
    if drawn.in_view is not None:
        clouds.append(_cloud(drawn.in_view, width, height, palette, 0.45))
    count = sum(map(len, traces_of(drawn)))
    size = next((pixels for most, pixels in POINT_SIZES if count <= most), SMALLEST_POINT)
    outside = _points(drawn, paper, drawn.outside, "outside the view", {"color": palette.all, "size": size})
    if isinstance(drawn.colours, Scale):
        inside = _on_scale(drawn, paper, drawn.colours, size, palette)
    else:
        inside = [_of_hue(drawn, paper, hue, size, palette) for hue in _ordered(drawn.colours)]
    return go.Figure(
        [*clouds, outside, *inside],
        layout(
            palette,
            HEIGHT,
            margin={"l": EDGE, "r": EDGE, "t": 0, "b": LEGEND, "autoexpand": False},
            dragmode="lasso",
            hovermode="closest",
            showlegend=not isinstance(drawn.colours, Scale),
            legend={
                "orientation": "h",
                "x": 0,
                "xref": "container",
                "y": -0.01,
                "yanchor": "top",
                "itemsizing": "constant",
                "font": {"size": 11},
                "bgcolor": "rgba(0,0,0,0)",
            },
            xaxis={**bare, "range": [0, width]},
            yaxis={**bare, "range": [0, height], "scaleanchor": "x", "scaleratio": 1},
            modebar={"bgcolor": "rgba(0,0,0,0)", "color": palette.text, "activecolor": palette.view},
            newselection={"line": {"color": palette.text, "dash": "dot"}},
            annotations=_names(drawn.labels, paper, palette),
        ),
    )


def _names(labels: pl.DataFrame, paper: Paper, palette: Palette) -> list[dict[str, Any]]:
    """The names of clusters as annotations."""
    behind = "rgba(255,255,255,.6)" if palette == LIGHT else "rgba(17,22,29,.6)"
    fixed = {
        "showarrow": False,
        "font": {"size": 11.5},
        "borderpad": 1,
        "bgcolor": behind,
        "captureevents": False,
        "yshift": ABOVE,
    }
    return [
        {
            "x": round((x - paper.left) / paper.unit),
            "y": round((y - paper.bottom) / paper.unit),
            "text": plotly_text(name, NAME_CHARS),
            **fixed,
        }
        for name, x, y in labels.select("name", "x", "y").iter_rows()
    ]


def colour_of(number: int | None, palette: Palette) -> str:
    """The colour of a category; grey for those without one."""
    if number is not None and number < NAMED:
        return CATEGORIES[number]
    return "#8792A0" if palette == LIGHT else "#7C8897"


def _missing(palette: Palette) -> str:
    return "#AEB8C4" if palette == LIGHT else "#4A5665"


def _grey(palette: Palette) -> str:
    return "120,132,148" if palette == LIGHT else "140,152,170"


def _cloud(cells: Cells, width: float, height: float, palette: Palette, strength: float) -> Trace:
    """Rows per cell as grey, darker with their logarithm; one byte per cell."""
    logs = np.log1p(cells.astype(np.float64))
    shade = (logs * (255 / max(float(logs.max()), 1e-9))).round().astype(np.uint8)
    across, up, rgb = width / cells.shape[1], height / cells.shape[0], _grey(palette)
    return {
        "type": "heatmap",
        "z": shade,
        "x0": across / 2,
        "dx": across,
        "y0": up / 2,
        "dy": up,
        "zmin": 0,
        "zmax": 255,
        "showscale": False,
        "hoverinfo": "skip",
        "zsmooth": "best",
        "colorscale": [
            [0, f"rgba({rgb},0)"],
            [0.02, f"rgba({rgb},{strength / 5:.2f})"],
            [1, f"rgba({rgb},{strength})"],
        ],
    }


def _points(
    drawn: Drawn, paper: Paper, rows: pl.Series, name: str, marker: Mapping[str, Any], is_listed: bool = False
) -> Trace:
    """One trace of points. A trace without points is kept, so that trace numbers match `traces_of`."""
    x, y = paper.steps(drawn.x.gather(rows), drawn.y.gather(rows))
    return {
        "type": "scattergl",
        "x": x,
        "y": y,
        "mode": "markers",
        "name": name,
        "marker": {"opacity": 0.8, **marker},
        "hoverinfo": "none",
        "showlegend": is_listed and bool(len(rows)),
        "unselected": {"marker": {"opacity": 0.12}},
    }


def _of_hue(drawn: Drawn, paper: Paper, hue: Hue, size: int, palette: Palette) -> Trace:
    colour = _missing(palette) if hue.is_missing else colour_of(hue.number, palette)
    marker = {"color": colour, "size": size}
    return _points(drawn, paper, hue.rows, plotly_text(hue.name, NAME_CHARS), marker, is_listed=True)


def _on_scale(drawn: Drawn, paper: Paper, of: Scale, size: int, palette: Palette) -> list[Trace]:
    """Viridis, which is perceptually even: high is dark on a white page, bright on a dark page."""
    bar = {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": -0.01,
        "yanchor": "top",
        "len": 0.4,
        "thickness": 9,
        "tickvals": [0, 127, 254],
        "ticktext": list(of.ends),
        "outlinewidth": 0,
    }
    marker = {
        "color": of.shades,
        "cmin": 0,
        "cmax": 254,
        "colorscale": "Viridis",
        "reversescale": palette == LIGHT,
        "colorbar": bar,
        "size": size,
    }
    without = {"color": _missing(palette), "size": size}
    return [
        _points(drawn, paper, of.without, "missing", without),
        _points(drawn, paper, of.rows, "rows in view", marker),
    ]
