"""Plotly figures from counted tables. Pure: numbers in, figure out; nothing here knows the dataset or the session.

All rows are grey, the rows in view are in the primary colour; a category has the same colour everywhere.
"""

from ui.figures.counts import bars, waterfall, wedges
from ui.figures.distributions import boxes, density, histogram, lines
from ui.figures.duplicates import group_sizes, threshold_curve
from ui.figures.pairs import mirrored, overlaid
from ui.figures.paper import CATEGORIES, CONFIG, DARK, LIGHT, Palette, bin_words, compact, edge_ticks, layout
from ui.figures.people import curves, kappas, ranges, shapes
from ui.figures.personal_data import scores
from ui.figures.slices import differences, grid, ridges

__all__ = [
    "CATEGORIES",
    "CONFIG",
    "DARK",
    "LIGHT",
    "Palette",
    "bars",
    "bin_words",
    "boxes",
    "compact",
    "curves",
    "density",
    "differences",
    "edge_ticks",
    "grid",
    "group_sizes",
    "histogram",
    "kappas",
    "layout",
    "lines",
    "mirrored",
    "overlaid",
    "ranges",
    "ridges",
    "scores",
    "shapes",
    "threshold_curve",
    "waterfall",
    "wedges",
]
