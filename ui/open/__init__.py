"""The parts of the page Open."""

__all__ = ["brought", "options", "start"]
