"""The parts of the page Open, and the start of a workspace."""

__all__ = ["brought", "found", "options", "picking", "recent", "roles", "start"]
