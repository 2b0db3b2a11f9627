"""Do the prompts of plain rows share one format, and which of them hold solved examples?"""

__all__ = ["formats", "shots", "tables"]
