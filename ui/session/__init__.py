"""The open dataset and the view, keys of cached answers, who is looking, files, and work in other processes."""

__all__ = [
    "allowed",
    "cache_keys",
    "clicks",
    "column_names",
    "files",
    "history",
    "jobs",
    "login",
    "places",
    "session",
    "text",
]
