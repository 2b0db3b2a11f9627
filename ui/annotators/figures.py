"""Figures of the page Annotators: intervals, agreement of pairs, shapes of scores, curves along a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from ui.figures.paper import CATEGORIES, OPAQUE, PICKED, Palette, layout, upright
from ui.session import number_words
from ui.session.text import plotly_text

ACROSS = 6
FEW_LABELS = 7  # more do not fit below a small picture


def ranges(
    table: pl.DataFrame, unit: str, palette: Palette, *, zero: bool = False, marked: Sequence[str] = ()
) -> go.Figure:
    """One dot per line of `name`, `value`, `low`, `high`, `note`, with its interval; the first line on top.

    `marked` names are in the strong colour with their name in bold; `zero` draws the line of no difference.
    """
    table = table.reverse()
    y = list(range(table.height))
    names = [plotly_text(name, 28) or "(empty)" for name in table["name"]]
    is_marked = [name in marked for name in table["name"]]
    ticks = [f"<b>{name}</b>" if is_own else name for name, is_own in zip(names, is_marked, strict=True)]
    plus = (table["high"] - table["value"]).fill_null(0.0)
    minus = (table["value"] - table["low"]).fill_null(0.0)
    custom = [
        (name, number_words.number(value), "" if low is None else f"<br>{number_words.numbers(low, high)}", note)
        for name, (value, low, high, note) in zip(
            names, table.select("value", "low", "high", "note").iter_rows(), strict=True
        )
    ]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": table["value"].to_list(),
        "y": y,
        "customdata": custom,
        "marker": {"color": [palette.view if m or not marked else palette.rest for m in is_marked], "size": 9},
        "error_x": {"array": plus.to_list(), "arrayminus": minus.to_list(), "color": palette.rest, "thickness": 2},
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}%{customdata[2]}<br>%{customdata[3]}<extra></extra>",
        **OPAQUE,
    }
    return go.Figure(
        [dots],
        layout(
            palette,
            max(24 * table.height + 60, 120),
            xaxis={"title": {"text": unit}},
            yaxis={"tickvals": y, "ticktext": ticks, "range": [-0.7, table.height - 0.3]},
            shapes=[upright(0, {"color": palette.text, "width": 1, "dash": "dot"})] if zero else [],
        ),
    )


def kappas(table: pl.DataFrame, names: Sequence[str], palette: Palette) -> go.Figure:
    """A square of people by people from the lines `a`, `b`, `items`, `kappa`, `low`, `high`; blank without a kappa."""
    places = {name: number for number, name in enumerate(names)}
    z: list[list[float | None]] = [[None] * len(names) for _ in names]
    words = [[""] * len(names) for _ in names]
    for a, b, items, kappa, low, high in table.select("a", "b", "items", "kappa", "low", "high").iter_rows():
        between = "" if low is None else f", {low:.2f} to {high:.2f}"
        measured = "too few items, or one label only" if kappa is None else f"kappa {kappa:.2f}{between}"
        for one, other in ((places[a], places[b]), (places[b], places[a])):
            z[one][other] = kappa
            words[one][other] = f"{plotly_text(a)} and {plotly_text(b)}<br>{measured}<br>{items:,} items in common"
    shown = [plotly_text(name, 18) or "(empty)" for name in names]
    axis = {"tickvals": list(range(len(names))), "ticktext": shown, "showgrid": False}
    is_written = len(names) <= 16
    figures = [["" if value is None else f"{value:.2f}" for value in line] for line in z]
    coloured = {
        "type": "heatmap",
        "z": z,
        "zmin": -1,
        "zmax": 1,
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "skip",
        "text": figures if is_written else None,
        "texttemplate": "%{text}" if is_written else None,
        "colorscale": [[0, "#B3362B"], [0.5, palette.all], [1, palette.scale[1]]],
        "colorbar": {"title": {"text": "kappa"}, "thickness": 10, "tickvals": [-1, -0.5, 0, 0.5, 1]},
    }
    cells = [(x, y) for y in range(len(names)) for x in range(len(names)) if words[y][x]]
    picked = {
        **PICKED,
        "x": [x for x, _ in cells],
        "y": [y for _, y in cells],
        "customdata": [words[y][x] for x, y in cells],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return go.Figure(
        [coloured, picked],
        layout(
            palette,
            min(max(34 * len(names) + 110, 220), 900),
            xaxis={**axis, "tickangle": -45 if len(names) > 6 else 0},
            yaxis={**axis, "autorange": "reversed"},
        ),
    )


def shapes(table: pl.DataFrame, names: Sequence[str], marked: Sequence[str], palette: Palette) -> go.Figure:
    """A small picture per person: the share of each label, and behind it in grey that of the others, all on one scale.

    `table` has the lines `annotator`, `label`, `share`, `rest_share`, as many for each person, in the order of the
    labels. Every bar's customdata begins with the person's name. All pictures share one pair of axes: many pairs are
    slow to make and to draw.
    """
    table = table.filter(pl.col("annotator").is_in(names))
    labels = table["label"].unique(maintain_order=True).to_list()
    wide, tall = len(labels) + max(1.0, 0.2 * len(labels)), 1.55
    top = max([*table["share"].drop_nulls(), *table["rest_share"].drop_nulls(), 0.01])
    down = -(-len(names) // ACROSS)
    places = {name: ((n % ACROSS) * wide, -(n // ACROSS) * tall) for n, name in enumerate(names)}
    x, base, shares, rests, custom, colours = [], [], [], [], [], []
    for number, (name, label, share, rest) in enumerate(
        table.select("annotator", "label", "share", "rest_share").iter_rows()
    ):
        left, bottom = places[name]
        x.append(left + number % len(labels))
        base.append(bottom)
        shares.append((share or 0.0) / top)
        rests.append((rest or 0.0) / top)
        custom.append((name, plotly_text(name), plotly_text(label), f"{share or 0:.0%}", f"{rest or 0:.0%}"))
        colours.append(CATEGORIES[1] if name in marked else palette.view)
    hover = "%{customdata[1]}: %{customdata[2]}<br>%{customdata[3]} of these labels, %{customdata[4]} of the others'"
    bars = {
        "type": "bar",
        "x": x,
        "base": base,
        "customdata": custom,
        "hovertemplate": f"{hover}<extra></extra>",
        **OPAQUE,
    }
    titles = [plotly_text(name, 18) or "(empty)" for name in names]
    text = {"type": "scatter", "mode": "text", "hoverinfo": "skip"}
    above = {
        **text,
        "x": [places[name][0] + (len(labels) - 1) / 2 for name in names],
        "y": [places[name][1] + 1.18 for name in names],
        "text": [f"<b>{t} *</b>" if n in marked else t for n, t in zip(names, titles, strict=True)],
    }
    below = {
        **text,
        "x": x,
        "y": [bottom - 0.1 for bottom in base],
        "textfont": {"size": 10},
        "text": [plotly_text(label, 8) for label in table["label"]],
    }
    axis = {"visible": False}
    return go.Figure(
        [
            {**bars, "y": rests, "width": 1.0, "marker": {"color": palette.all}},
            {**bars, "y": shares, "width": 0.6, "marker": {"color": colours}},
            above,
            *([below] if len(labels) <= FEW_LABELS else []),
        ],
        layout(
            palette,
            140 * down + 20,
            xaxis={**axis, "range": [-0.8, ACROSS * wide - 0.6]},
            yaxis={**axis, "range": [-(down - 1) * tall - 0.25, 1.35]},
        ),
    )


def curves(
    lines: Sequence[tuple[str, pl.DataFrame]], unit: str, palette: Palette, *, as_share: bool = False
) -> go.Figure:
    """Lines with bands along the position in a session, from `first`, `last`, `rows`, `value`, `low`, `high`."""
    traces: list[dict[str, Any]] = []
    for number, (name, table) in enumerate(lines):
        colour = CATEGORIES[number % len(CATEGORIES)]
        defined = table.drop_nulls("value")
        banded = defined.drop_nulls(["low", "high"])
        middle = ((banded["first"] + banded["last"]) / 2).to_list()
        band = {
            "type": "scatter",
            "mode": "lines",
            "x": [*middle, *middle[::-1]],
            "y": [*banded["high"], *banded["low"].reverse()],
            "fill": "toself",
            "fillcolor": colour,
            "opacity": 0.16,
            "line": {"width": 0},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        line = {
            "type": "scatter",
            "mode": "lines+markers",
            "x": ((defined["first"] + defined["last"]) / 2).to_list(),
            "y": defined["value"].to_list(),
            "name": plotly_text(name),
            "line": {"color": colour, "dash": "solid" if number == 0 else "dash"},
            "customdata": [
                (f"{first:,} to {last:,}", f"{rows:,}")
                for first, last, rows in defined.select("first", "last", "rows").iter_rows()
            ],
            "hovertemplate": "rows %{customdata[0]} of a session<br>%{y:.3g}<br>%{customdata[1]} rows<extra></extra>",
        }
        traces += [band, line]
    return go.Figure(
        traces,
        layout(
            palette,
            250,
            showlegend=len(lines) > 1,
            legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
            xaxis={"title": {"text": "position in the session"}, "rangemode": "tozero"},
            yaxis={"title": {"text": unit}, **({"tickformat": ".0%"} if as_share else {})},
        ),
    )
