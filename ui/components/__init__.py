"""Components in the browser: the row reader, rows as tokens, and texts side by side."""

__all__ = ["reader", "side_by_side", "tokens"]
