"""What does a signal compute from a sentence? Where a text has its request, in which language, and what it asks for."""

__all__ = ["languages", "requests", "sentences", "tree", "words"]
