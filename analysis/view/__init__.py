"""A view: which rows a person looks at, as a value that fits into a URL."""

from analysis.view.view import ANY_TEXT, MAX_VIEW_CHARS, SEARCHES, Filter, View

__all__ = ["ANY_TEXT", "MAX_VIEW_CHARS", "SEARCHES", "Filter", "View", "areas", "operators"]
