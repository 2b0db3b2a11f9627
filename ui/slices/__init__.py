"""The parts of the pages Slices and Compare."""

__all__ = ["asked", "compare", "other", "page", "sides"]
