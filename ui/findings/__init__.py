"""The parts of the page Findings: the work of the checks, the list, the chosen finding, its examples and its acts."""

__all__ = ["background", "checks", "chosen", "examples", "grouping", "progress"]
