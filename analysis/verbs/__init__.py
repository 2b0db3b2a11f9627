"""What do prompts ask for? Verb-noun pairs, their counts, and a comparison of two sets of rows."""

__all__ = ["comparison", "counts"]
