"""Components in the browser: the row reader, and texts side by side."""

__all__ = ["reader", "side_by_side"]
