"""Personal data and secrets in texts: how each type is found, what stands in for it, and what is kept of it."""

__all__ = [
    "cells",
    "frames",
    "known_values",
    "masked_rows",
    "masking",
    "named_entities_signal",
    "not_personal",
    "personal_data_signal",
    "placeholders",
    "recognisers",
    "scanning",
    "tables",
    "types",
]
