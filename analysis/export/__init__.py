"""A view becomes files in a training format, with a receipt that makes the same bytes again."""

from analysis.export.exporting import ExportResult, export
from analysis.export.request import ExportRequest

__all__ = [
    "ExportRequest",
    "ExportResult",
    "cleaning",
    "export",
    "receipt",
    "redaction",
    "replay",
    "request",
    "waterfall",
]
