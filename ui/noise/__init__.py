"""The parts of the page Format."""

__all__ = ["examples", "page"]
