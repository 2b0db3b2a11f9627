"""The compiled loops of this package. To import one takes half a second, so import it in the function that needs it."""

__all__ = ["compiled", "ends", "evened", "grouping", "minhash", "repeats", "shingles", "similarity", "windows", "words"]
