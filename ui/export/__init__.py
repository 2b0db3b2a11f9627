"""The parts of the page Export."""

__all__ = ["folders", "kept", "looking", "page", "past", "proposed", "redacting", "unpacking", "writing"]
