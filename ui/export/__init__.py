"""The parts of the page Export."""

__all__ = ["folders", "kept", "page", "past", "proposed", "redacting", "unpacking"]
