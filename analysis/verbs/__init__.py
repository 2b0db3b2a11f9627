"""What do prompts ask for? Verb-noun pairs, their counts, and two sets of rows compared."""

__all__ = ["comparison", "counts"]
