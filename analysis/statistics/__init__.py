"""Counts, bins, percentiles, effect sizes and their intervals."""

__all__ = ["counting", "effects"]
