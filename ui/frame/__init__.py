"""The top of every page, title, view bar, search, sharing, and what stands there where a page cannot go on."""

__all__ = ["fault", "frame"]
