"""The parts of the page Duplicates: kinds and counts, groups side by side, pairs to judge, deciding and tagging."""

__all__ = ["asked", "compared", "deciding", "following", "grouped", "many", "others", "parameters", "review", "state"]
