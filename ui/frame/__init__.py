"""The top of every page: title, view bar, search, sharing."""

__all__ = ["frame"]
