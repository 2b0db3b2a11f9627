"""What can be done with all rows in view, on every page: tag, drop, clean, accept, undo."""

__all__ = ["accepting", "bar", "cleaning"]
