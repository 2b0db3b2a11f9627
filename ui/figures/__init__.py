"""Plotly figures from counted tables. The figures depend on their arguments only; `charts` draws them on a page.

All rows are grey, the rows in view are in the primary colour; a category has the same colour everywhere.
"""

from ui.figures.counts import bars, is_other, waterfall, wedges
from ui.figures.distributions import boxes, density, histogram, lines
from ui.figures.pairs import mirrored, overlaid
from ui.figures.paper import CATEGORIES, CONFIG, DARK, LIGHT, Palette, bin_words, compact, edge_ticks, layout

__all__ = [
    "CATEGORIES",
    "CONFIG",
    "DARK",
    "LIGHT",
    "Palette",
    "bars",
    "bin_words",
    "boxes",
    "charts",
    "compact",
    "density",
    "edge_ticks",
    "histogram",
    "is_other",
    "layout",
    "lines",
    "mirrored",
    "overlaid",
    "paper",
    "tables",
    "waterfall",
    "wedges",
]
