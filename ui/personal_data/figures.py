"""How sure the detector is: hits by score."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from ui.figures.paper import OPAQUE, Palette, count_axis, layout


def scores(bins: pl.DataFrame, palette: Palette) -> go.Figure:
    """Vertical bars of `spans` per bin of score, `low` to `high`; the axis runs from 0 to 1."""
    every = bins.select("low", "high").rows()
    bars = {
        "type": "bar",
        "x": [(low + high) / 2 for low, high in every],
        "y": bins["spans"].to_list(),
        "width": 0.045,
        "marker": {"color": palette.view},
        "customdata": [[number, f"{low:g}", f"{high:g}"] for number, (low, high) in enumerate(every)],
        "hovertemplate": "%{y:,} hits with scores from %{customdata[1]} to under %{customdata[2]}<extra></extra>",
        **OPAQUE,
    }
    return go.Figure(
        [bars],
        layout(
            palette,
            190,
            xaxis={"range": [0, 1.02], "title": {"text": "score"}, "showgrid": False},
            yaxis=count_axis("hits", bins["spans"]),
        ),
    )
