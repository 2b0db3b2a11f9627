"""Files in the formats of the field -> canonical rows, and rows back into files."""

from __future__ import annotations

from analysis.formats.reader import fingerprint, import_files, preview, rebuild
from analysis.formats.reading import FORMATS, ROLES, FormatError, Reading

__all__ = ["FORMATS", "ROLES", "FormatError", "Reading", "fingerprint", "import_files", "preview", "rebuild"]
