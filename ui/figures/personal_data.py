"""How sure the detector is: hits by score."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from ui.figures.paper import Palette, layout


def scores(bins: pl.DataFrame, palette: Palette) -> go.Figure:
    """Standing bars of `spans` per bin of score, `low` to `high`; the axis runs from 0 to 1."""
    figure = go.Figure(
        layout=layout(
            palette,
            190,
            xaxis={"range": [0, 1.02], "title": {"text": "score"}, "showgrid": False},
            yaxis={"title": {"text": "hits"}, "rangemode": "tozero"},
        )
    )
    figure.add_bar(
        x=[(low + high) / 2 for low, high in bins.select("low", "high").rows()],
        y=bins["spans"].to_list(),
        width=0.045,
        marker={"color": palette.view},
        customdata=[[at, f"{low:g}", f"{high:g}"] for at, (low, high) in enumerate(bins.select("low", "high").rows())],
        hovertemplate="%{y:,} hits with scores from %{customdata[1]} to under %{customdata[2]}<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    return figure
