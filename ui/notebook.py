"""Plotly figures for notebooks, from a dataset and a view, without a server; see docs/notebook.md.

    lengths     rows per bin of a column of numbers, such as response_tokens
    counts      rows per value of a column, such as source
    verbs       verbs of the requests and their nouns
    map_of      the map of rows, coloured by cluster

`where` is a filter as on the command line, such as "score~ge~4", a list of filters, or a View. All rows are grey behind
the rows in view. Missing signals are computed first. `dark=True` is for a dark page.
"""

from __future__ import annotations

import plotly.graph_objects as go

from analysis.dataset import Dataset
from analysis.errors import UsageError
from analysis.map.cards import cluster_cards
from analysis.map.chosen import own_column
from analysis.map.drawing import bounds, density, drawn, labels
from analysis.notebook import Where, view
from analysis.statistics import counting
from analysis.verbs.counts import requests_of
from ui import figures
from ui.map.figures import NAMED, Drawn, Hue, map_of_rows
from ui.verbs.wedges import wedges

CELLS = 100
__all__ = ["counts", "lengths", "map_of", "verbs"]


def lengths(
    dataset: Dataset, column: str = "response_tokens", where: Where = (), *, log: bool = True, dark: bool = False
) -> go.Figure:
    """A histogram of a column of numbers, with logarithmic bins unless `log` is False."""
    positions = dataset.rows_of(view(dataset, where, [column]))
    values = dataset.column(column)
    if not values.dtype.is_numeric():
        raise UsageError(
            f"{column} is not a column of numbers; use counts(), or choose a column such as response_tokens."
        )
    edges = counting.log_edges(values) if log else counting.linear_edges(values)
    numbers = counting.bin_numbers(values, edges)
    every, in_view = (counting.count_bins(n, len(edges) - 1) for n in (numbers, numbers.gather(positions)))
    return figures.histogram(edges, every, in_view, None, values.dtype.is_integer(), column, _palette(dark))


def counts(dataset: Dataset, column: str, where: Where = (), *, limit: int = 12, dark: bool = False) -> go.Figure:
    """Horizontal bars of the rows per value of a column, with the `limit` most frequent values by name."""
    positions = dataset.rows_of(view(dataset, where, [column]))
    values = dataset.column(column)
    if values.dtype.is_nested():
        raise UsageError(
            f"{column} is a column of lists, which cannot be counted by value; choose a column such as source."
        )
    counted = counting.count_values(values, limit)
    lines = counting.line_numbers(values, counted).gather(positions)
    return figures.bars(counted, counting.count_bins(lines, counted.height).tolist(), None, _palette(dark))


def verbs(
    dataset: Dataset,
    where: Where = (),
    *,
    top_verbs: int = 20,
    top_nouns: int = 4,
    as_tree: bool = False,
    dark: bool = False,
) -> go.Figure:
    """A sunburst, or with `as_tree` a treemap, of the most frequent verbs in view and the top nouns of each."""
    positions = dataset.rows_of(view(dataset, where, ["verb"]))
    pairs = requests_of(dataset, dataset.signal("verb_noun")).counted(positions).pairs
    if pairs.is_empty():
        raise UsageError("No row in view has both a verb and a noun; choose other rows.")
    shown = [wedge[:4] for wedge in wedges(pairs, top_verbs, top_nouns)]
    return figures.wedges(shown, int(pairs["rows"].sum()), as_tree, _palette(dark))


def map_of(dataset: Dataset, where: Where = (), *, dark: bool = False) -> go.Figure:
    """The map of the vectors chosen for the dataset, coloured by cluster, with the names of the larger clusters.

    At most 15,000 points are drawn over the density of all rows.
    """
    asked = view(dataset, where, ["map_x", "cluster"])
    positions = dataset.rows_of(asked)
    corners, cards = bounds(dataset), cluster_cards(dataset, positions)
    points = drawn(dataset, positions)
    cluster = own_column(dataset, "cluster").gather(points)
    named = cards.filter(cards["cluster"] < NAMED).sort("cluster")
    hues = [Hue(name, n, points.filter(cluster == n)) for n, name in named.select("cluster", "name").iter_rows()]
    hues.append(Hue("other clusters", None, points.filter(cluster >= NAMED)))
    hues.append(Hue("unclustered", None, points.filter(cluster < 0), is_missing=True))
    picture = Drawn(
        corners,
        own_column(dataset, "map_x"),
        own_column(dataset, "map_y"),
        density(dataset, cells=CELLS).rows,
        density(dataset, positions, CELLS).rows if asked.active else None,
        [hue for hue in hues if len(hue.rows)],
        points.clear(),
        labels(cards, corners),
    )
    return map_of_rows(picture, _palette(dark))


def _palette(dark: bool) -> figures.Palette:
    return figures.DARK if dark else figures.LIGHT
