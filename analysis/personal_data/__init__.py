"""Personal data and secrets in texts: how each type is found, what is a placeholder, what is stored of a hit."""

import os

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
    "unopened",
]

# Presidio imports transformers where it is installed, which then says on standard error that it has no PyTorch.
os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
