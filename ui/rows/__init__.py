"""What pages do with rows: list, tag, drop and mask them, find similar ones, undo changes."""

__all__ = [
    "as_file",
    "browser",
    "cleaning",
    "cluster_names",
    "distribution",
    "grid",
    "like",
    "masking",
    "order",
    "tagging",
    "ticked",
    "undoing",
    "vectors",
]
