"""Writes a view as files in a training format, with a receipt from which the same bytes can be made again."""

from analysis.export.exporting import ExportResult, export
from analysis.export.request import ExportRequest

__all__ = [
    "ExportRequest",
    "ExportResult",
    "choices",
    "cleaning",
    "export",
    "exposure",
    "folder",
    "folder_names",
    "losses",
    "receipt",
    "redaction",
    "replay",
    "request",
    "waterfall",
]
