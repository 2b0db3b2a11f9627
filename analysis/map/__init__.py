"""Which examples are near each other, what is each group about, and which rows stand for the whole?"""

__all__ = [
    "alike",
    "asked_names",
    "cards",
    "chosen",
    "clusters",
    "clusters_signal",
    "costs",
    "drawing",
    "map_signal",
    "pairs",
    "picks",
]
