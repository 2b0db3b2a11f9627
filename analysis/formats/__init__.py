"""Files in the formats of the field -> canonical rows, and rows back into files."""

from __future__ import annotations

from analysis.errors import FormatError
from analysis.formats.fingerprints import digests, fingerprint, fingerprint_of
from analysis.formats.importing import import_files, preview, rebuild
from analysis.formats.options import FORMATS, ROLES, TEXT_ROLES, ReadOptions

__all__ = [
    "FORMATS",
    "ROLES",
    "TEXT_ROLES",
    "FormatError",
    "ReadOptions",
    "batches",
    "bytestream",
    "chats",
    "columns",
    "digests",
    "fingerprint",
    "fingerprint_of",
    "groups",
    "import_files",
    "importing",
    "kinds",
    "layouts",
    "options",
    "preview",
    "rebuild",
]
