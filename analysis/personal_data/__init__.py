"""Personal data and secrets in texts: how each type is found, what is a placeholder, what is stored of a hit."""

__all__ = [
    "cells",
    "frames",
    "known_values",
    "looked_at",
    "masked_rows",
    "masking",
    "not_personal",
    "pieces",
    "placeholders",
    "recognisers",
    "scanning",
    "tables",
    "types",
]
