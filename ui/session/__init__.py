"""The open dataset and the view, who is looking, files, and work in other processes."""

__all__ = ["files", "jobs", "login", "places", "session", "text"]
