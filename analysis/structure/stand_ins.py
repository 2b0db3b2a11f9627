"""Words that stand for a missing value."""

from __future__ import annotations

STAND_INS = (
    "N/A",
    "n/a",
    "NA",
    "NULL",
    "null",
    "None",
    "none",
    "nan",
    "NaN",
    "-",
    "<noinput>",
    "No input",
    "TODO",
    "TBD",
)
