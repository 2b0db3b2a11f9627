"""The open dataset and the view, cached answers, who is looking, numbers in words, files, and work elsewhere."""

__all__ = [
<<<<<<< HEAD
    "allowed",
=======
>>>>>>> quality16
    "cache_keys",
    "clicks",
    "column_names",
    "files",
<<<<<<< HEAD
    "history",
    "jobs",
    "login",
=======
    "jobs",
    "login",
    "number_words",
>>>>>>> quality16
    "places",
    "session",
    "text",
]
