"""Rows that contradict each other: how answers to one prompt differ, choices in a circle, and tables of groups."""

__all__ = ["kinds", "side_by_side", "tables"]
