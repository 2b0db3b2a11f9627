"""Figures of row counts: bars per value, wedges of verbs and nouns, the waterfall of an export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analysis.statistics.counting import MISSING
from ui.figures.paper import CATEGORIES, OPAQUE, Palette, layout, mixed
from ui.session.number_words import share
from ui.session.text import plotly_text


def bars(counted: pl.DataFrame, shown: Sequence[int], picked: Sequence[str] | None, palette: Palette) -> go.Figure:
    """Horizontal bars of the rows in view per value, over grey bars of all rows, which are scaled to the view.

    `counted` is the table of all rows (`value`, `rows`, `is_named`), `shown` the rows in view of each of its lines. The
    line of the other values together has no bar: it would say that they are one long or short value. Shares are of all
    rows in view. Each label is at the end of the longer of its two bars.
    """
    total, part = int(counted["rows"].sum()), sum(shown)
    scale = part / total if total else 1.0
    lines = [(line, n) for line, n in zip(counted.iter_rows(named=True), shown, strict=True) if not is_other(line)][
        ::-1
    ]
    behind = [line["rows"] * scale for line, _ in lines]
    longest = max([*behind, *(n for _, n in lines), 0]) or 1
    y = list(range(len(lines)))
    custom = [(plotly_text(line["value"], 60) or "(empty)", f"{n:,}", f"{line['rows']:,}") for line, n in lines]
    hover = "%{customdata[0]}<br>%{customdata[1]} rows in view<br>%{customdata[2]} of all rows<extra></extra>"
    both = {"type": "bar", "orientation": "h", "y": y, "customdata": custom, "hovertemplate": hover}
    labels = [f"{n:,}  {share(n / part)}" if part else "" for _, n in lines]
    is_behind = [before > n for before, (_, n) in zip(behind, lines, strict=True)]

    def colour(line: dict[str, Any]) -> str:
        if not line["is_named"]:
            return palette.all
        return palette.view if picked is None or line["value"] in picked else palette.rest

    def written(on_grey: bool) -> dict[str, Any]:
        text = [label if grey == on_grey else "" for label, grey in zip(labels, is_behind, strict=True)]
        return {"text": text, "textposition": "outside", "cliponaxis": False}

    in_view = {
        "x": [n for _, n in lines],
        "marker": {"color": [colour(line) for line, _ in lines]},
        "width": 0.55 if part < total else None,
        **(
            written(on_grey=False) if part < total else {"text": labels, "textposition": "outside", "cliponaxis": False}
        ),
        **OPAQUE,
    }
    grey = {**both, "x": behind, "marker": {"color": palette.all}, **written(on_grey=True)}
    ticks = [plotly_text(line["value"], 24) or "(empty)" for line, _ in lines]
    return go.Figure(
        [*([grey] if part < total else []), {**both, **in_view}],
        layout(
            palette,
            max(26 * len(lines) + 20, 60),
            bargap=0.25,
            xaxis={"showgrid": False, "showticklabels": False, "range": [0, 1.5 * longest]},
            yaxis={"tickvals": y, "ticktext": ticks, "showgrid": False},
        ),
    )


def is_other(line: Mapping[str, Any]) -> bool:
    """Whether a line of `counting.count_values` counts all values after the named ones together."""
    return not line["is_named"] and line["value"] != MISSING


def wedges(
    pieces: Sequence[tuple[str, str, str, int]], every: int, as_tree: bool, palette: Palette, height: int = 520
) -> go.Figure:
    """A sunburst or treemap of (id, parent id, label, rows) and their share of the `every` rows with a pair.

    Pieces for the rest are grey.
    """
    ids, parents, labels, rows = map(list, zip(*pieces, strict=True))
    tops = [id for id, parent in zip(ids, parents, strict=True) if not parent and id != "rest"]
    colours = [
        palette.all if id.endswith("rest") else CATEGORIES[tops.index(id.split("/")[0]) % len(CATEGORIES)] for id in ids
    ]
    if not as_tree:  # Plotly would make the outer ring pale only after it has chosen the colour of its words
        faint = [mixed(each, palette.ground, 0.7) for each in colours]
        colours = [pale if parent else full for full, pale, parent in zip(colours, faint, parents, strict=True)]
    trace = {
        "type": "treemap" if as_tree else "sunburst",
        **({} if as_tree else {"leaf": {"opacity": 1}}),
        "ids": ids,
        "parents": parents,
        "values": rows,
        "labels": [plotly_text(label, 30) for label in labels],
        "branchvalues": "total",
        "sort": False,
        "marker": {"colors": colours, "line": {"width": 1}},
        "customdata": [n / every for n in rows],
        "hovertemplate": "%{label}<br>%{value:,} rows<br>%{customdata:.1%} of all rows with a pair<extra></extra>",
    }
    return go.Figure([trace], layout(palette, height))


WATERFALL_STEP = 46
"""Pixels of a step: a line of text, and a bar below it that is as wide as the figure, however narrow that is."""
WATERFALL_NAME = 44  # characters of a step's name that fit beside "1,000,000  (−100,000)" in 450 pixels


def waterfall(names: Sequence[str], rows: Sequence[int], palette: Palette) -> go.Figure:
    """Horizontal bars of the rows left after each step, over paler bars of the rows before it; rows that come back are
    a green end of the bar. Above each bar: the name of the step at the left, the rows at the right."""
    left = list(rows)[::-1]
    before = [*rows[:1], *rows[:-1]][::-1]
    y = list(range(len(left)))
    shared = {"type": "bar", "orientation": "h", "y": y, "hoverinfo": "skip"}
    kept = {**shared, "x": left, "marker": {"color": palette.view}}
    added = [max(n - b, 0) for n, b in zip(left, before, strict=True)]
    back = {**shared, "x": added, "base": before, "marker": {"color": CATEGORIES[2]}}
    steps = zip(y, list(names)[::-1], left, before, strict=True)
    return go.Figure(
        [{**shared, "x": before, "marker": {"color": palette.rest}}, kept, *([back] if any(added) else [])],
        layout(
            palette,
            WATERFALL_STEP * len(left) + 20,
            bargap=0.6,
            margin={"l": 0, "r": 0},
            annotations=[
                label
                for step, name, n, b in steps
                for label in (
                    _above(step, plotly_text(name, WATERFALL_NAME), "left"),
                    _above(step, _left(n, b), "right"),
                )
            ],
            xaxis={"visible": False, "range": [0, max([*rows, 1])]},
            yaxis={"visible": False, "range": [-0.4, len(left) - 0.2]},
        ),
    )


def _above(step: int, text: str, side: str) -> dict[str, Any]:
    """A text above the bar of a step, at the left or the right edge of the figure."""
    place = {"xref": "paper", "x": int(side == "right"), "xanchor": side, "align": side}
    return {**place, "y": step + 0.2, "yanchor": "bottom", "text": text, "showarrow": False}


def _left(rows: int, before: int) -> str:
    """How many rows are left after a step, and how many it dropped or added."""
    return f"{rows:,}{_change(rows - before)}"


def _change(rows: int) -> str:
    """How many rows a step drops or adds, above its bar."""
    if not rows:
        return ""
    return f"  (−{-rows:,})" if rows < 0 else f"  (+{rows:,})"
