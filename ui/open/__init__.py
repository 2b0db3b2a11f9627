"""The parts of the page Open."""

__all__ = ["options"]
