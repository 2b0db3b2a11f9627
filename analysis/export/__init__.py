"""Writes a view as files in a training format, with a receipt from which the same bytes can be made again."""

from analysis.export.exporting import ExportResult, export
from analysis.export.request import ExportRequest

__all__ = [
    "ExportRequest",
    "ExportResult",
    "as_tokens",
    "choices",
    "cleaned_rows",
    "cleaning",
    "export",
    "exposure",
    "first_record",
    "flat",
    "folder",
    "folder_names",
    "losses",
    "noted",
    "proposed",
    "receipt",
    "redaction",
    "replay",
    "request",
    "split_safe",
    "steps",
    "still_in",
    "unpacked_rows",
    "unpacking",
    "waterfall",
    "writable",
]
