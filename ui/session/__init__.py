"""The open dataset and the view, cached answers, who is looking, numbers in words, files, and work elsewhere."""

__all__ = [
    "allowed",
    "cache_keys",
    "clicks",
    "column_names",
    "files",
    "history",
    "jobs",
    "login",
    "number_words",
    "places",
    "session",
    "text",
]
