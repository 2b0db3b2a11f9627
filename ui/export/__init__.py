"""The parts of the page Export."""

__all__ = ["folders", "kept", "page", "proposed", "redacting", "unpacking"]
