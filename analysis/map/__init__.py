"""Which examples are near each other, what is each group about, and which rows stand for the whole?"""

__all__ = [
    "alike",
    "asked_names",
    "cards",
    "chosen",
    "clusters",
    "costs",
    "drawing",
    "pairs",
    "picks",
]
