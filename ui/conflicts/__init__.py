"""The parts of the page Conflicts."""

__all__ = ["deciding", "page"]
