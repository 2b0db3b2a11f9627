"""What pages do with rows: list, tag, drop and mask them, find similar ones, undo changes."""

__all__ = [
    "actions",
    "browser",
    "cleaning",
    "cluster_names",
    "like",
    "masking",
    "tagging",
    "ticked",
    "undoing",
    "vectors",
]
