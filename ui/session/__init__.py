"""The open dataset and the view, cached answers, who is looking, numbers in words, files, and work elsewhere."""

__all__ = [
    "cache_keys",
    "clicks",
    "column_names",
    "files",
    "jobs",
    "login",
    "number_words",
    "places",
    "session",
    "text",
]
