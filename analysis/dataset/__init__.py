"""A dataset on disk: its columns, which of them a person may choose, and which of its rows are in a view."""

from analysis.dataset.rows import Dataset

__all__ = ["Dataset", "by_people", "columns", "folder", "names", "rows", "signals"]
