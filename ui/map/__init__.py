"""The parts of the page Map."""

__all__ = [
    "cards",
    "choice",
    "colours",
    "figures",
    "making",
    "picks",
    "picture",
    "selection",
    "similar",
    "state",
    "suited",
]
