"""The parts of the page Read: the reading desk and the blind check."""

__all__ = ["as_rendered", "as_tokens", "blind", "desk", "progress", "reading_order", "row_findings", "side_panel"]
