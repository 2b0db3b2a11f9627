"""The parts of the page Export."""

__all__ = ["page", "redacting"]
