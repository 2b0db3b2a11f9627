"""The parts of the page Annotators, a file for each of its questions."""

__all__ = ["agreement", "asked", "consensus", "fatigue", "headline", "missing", "people", "scores"]
