"""The compiled loops of this package. Importing one costs half a second, so import them in the function that runs."""

__all__ = ["compiled", "evened", "grouping", "minhash", "repeats", "shingles", "similarity", "windows", "words"]
