"""The parts of the page Overview: its numbers, and the checks with their findings."""

__all__ = ["checks", "numbers"]
