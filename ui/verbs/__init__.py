"""The parts of the page Verbs."""

__all__ = ["comparison", "page", "wedges"]
