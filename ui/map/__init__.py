"""The parts of the page Map."""

__all__ = ["cards", "choice", "colours", "making", "picks", "picture", "similar", "state", "tree"]
