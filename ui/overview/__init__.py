"""The parts of the page Overview: its numbers, the way to an export, the findings, and what was not looked for."""

__all__ = ["checks", "funnel", "not_looked", "numbers"]
