"""What the reader shows of a row, and what it marks."""

__all__ = [
    "differences",
    "judged_items",
    "marks",
    "payload",
    "proposed",
    "rendered",
    "row_texts",
    "row_tokens",
    "side_by_side",
]
