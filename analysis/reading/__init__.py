"""What the reader shows of a row, and what it marks."""

__all__ = ["judged_items", "marks", "payload", "row_texts", "side_by_side"]
