"""How many rows would be dropped at each threshold, and how large are the groups."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from ui.figures.paper import MARKED, Palette, count_axis, layout, upright

SIZES = ((2, 2), (3, 3), (4, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, 999), (1000, None))


def threshold_curve(curve: pl.DataFrame, threshold: float, palette: Palette) -> go.Figure:
    """`rows_to_drop` against `threshold`, with a line at the chosen threshold."""
    steps = {
        "type": "scatter",
        "mode": "lines",
        "x": curve["threshold"].to_list(),
        "y": curve["rows_to_drop"].to_list(),
        "line": {"color": palette.view, "width": 2, "shape": "hv"},
        "hovertemplate": "%{y:,} rows at %{x:.2f} or more<extra></extra>",
    }
    return go.Figure(
        [steps],
        layout(
            palette,
            220,
            xaxis={"title": {"text": "threshold"}, "dtick": 0.1},
            yaxis=count_axis("rows to drop", curve["rows_to_drop"]),
            shapes=[upright(threshold, MARKED)],
        ),
    )


def _range(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,}+"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def counted_sizes(rows: pl.Series) -> pl.DataFrame:
    """`rows in a group`, a range in words, and `groups` with so many rows, up to the largest group."""
    names = [_range(low, high) for low, high in SIZES]
    counted = [int(((rows >= low) & (rows <= (high or rows.max()))).sum()) for low, high in SIZES]
    last = max(number for number, n in enumerate(counted) if n) + 1
    return pl.DataFrame({"rows in a group": names[:last], "groups": counted[:last]})


def group_sizes(rows: pl.Series, palette: Palette) -> go.Figure:
    """Groups per number of rows, in bins of growing width."""
    table = counted_sizes(rows)
    bars = {
        "type": "bar",
        "x": table["rows in a group"].to_list(),
        "y": table["groups"].to_list(),
        "marker": {"color": palette.view},
        "hovertemplate": "%{y:,} groups of %{x} rows<extra></extra>",
    }
    return go.Figure(
        [bars],
        layout(
            palette,
            220,
            xaxis={"title": {"text": "rows in a group"}, "type": "category", "showgrid": False},
            yaxis=count_axis("groups", table["groups"]),
        ),
    )
