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

__all__ = [
    "AT_OPENING_S",
    "CHUNK_ROWS",
    "choosing",
    "compute",
    "computing",
    "estimate",
    "failures",
    "is_running",
    "isolating",
    "missing_inputs",
    "progress",
    "progress_path",
    "runners",
    "try_out",
]
