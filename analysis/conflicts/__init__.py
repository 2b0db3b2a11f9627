"""Rows that contradict each other: how answers to one prompt differ, choices in a circle, and tables of groups."""
