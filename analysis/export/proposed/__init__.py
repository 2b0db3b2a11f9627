"""Proposed texts in an export: in the rows, in the columns and records of the source, in the receipt."""

__all__ = ["names", "outlook", "receipted", "tables", "taking", "tokens"]
