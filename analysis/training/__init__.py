"""What of a chat is trained, what is masked, and what is cut off?"""

__all__ = [
    "choice",
    "controls",
    "cuts",
    "drift",
    "keeping",
    "log_drift",
    "packing",
    "reading",
    "rules",
    "tables",
    "truncation",
]
