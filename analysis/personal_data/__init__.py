"""Personal data and secrets in texts: how each type is found, what stands in for it, and what is kept of it."""

__all__ = [
    "cells",
    "frames",
    "known_values",
    "masked_rows",
    "masking",
    "not_personal",
    "placeholders",
    "recognisers",
    "scanning",
    "tables",
    "types",
]
