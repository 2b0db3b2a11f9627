"""The parts of the page Open."""

__all__ = ["found", "options", "picking", "recent", "roles"]
