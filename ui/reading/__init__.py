"""The parts of the page Read & tag: the reading desk and the blind check."""

__all__ = ["blind", "desk"]
