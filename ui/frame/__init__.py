"""What every page begins with: title, view bar, search, sharing."""

__all__ = ["frame"]
