"""Rows cut by columns, time and quantiles, and what sets a slice apart from the rest."""

__all__ = ["apart", "dimensions", "distributions", "measures", "slices", "splits"]
