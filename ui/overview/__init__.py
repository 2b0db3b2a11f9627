"""The parts of the page Overview: its numbers, the way to an export, and the checks with their findings."""

__all__ = ["checks", "funnel", "numbers"]
