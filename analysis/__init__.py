"""Winnow without a screen: open a dataset, compute signals, filter rows by views, export them with a receipt."""

__version__ = "0.1.0"
