"""Files in the formats of the field -> canonical rows, and rows back into files."""

from __future__ import annotations

from analysis.formats.fingerprints import digests, fingerprint, fingerprint_of
from analysis.formats.reader import import_files, preview, rebuild
from analysis.formats.reading import FORMATS, ROLES, FormatError, Reading

__all__ = [
    "FORMATS",
    "ROLES",
    "FormatError",
    "Reading",
    "digests",
    "fingerprint",
    "fingerprint_of",
    "import_files",
    "preview",
    "rebuild",
]
