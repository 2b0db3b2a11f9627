"""The parts of the page Personal data: counts, values, the review, names, what is not personal, who looked."""

__all__ = ["chips", "chosen", "counts", "found", "review", "rules", "values"]
