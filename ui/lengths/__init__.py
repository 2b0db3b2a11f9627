"""The parts of the page Lengths."""

__all__ = ["page", "turns"]
