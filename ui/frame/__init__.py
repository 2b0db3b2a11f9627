"""The top of every page, title, view bar, search, sharing, and what a page shows that cannot go on."""

__all__ = ["fault", "frame"]
