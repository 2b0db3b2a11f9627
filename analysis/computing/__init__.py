"""Computing a signal's columns: resumable, in this process, in several, or on a cluster."""

from analysis.computing.computing import (
    AT_OPENING_S,
    CHUNK_ROWS,
    compute,
    estimate,
    is_running,
    missing_inputs,
    progress,
    progress_path,
    try_out,
)
from analysis.computing.given_rows import computed_rows

__all__ = [
    "AT_OPENING_S",
    "CHUNK_ROWS",
    "budget",
    "choosing",
    "compute",
    "computed_rows",
    "computing",
    "estimate",
    "failures",
    "given_rows",
    "is_running",
    "isolating",
    "missing_inputs",
    "progress",
    "progress_path",
    "runners",
    "try_out",
]
