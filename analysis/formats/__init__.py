"""Files in the formats of the field -> canonical rows, and rows back into files."""

from __future__ import annotations

from analysis.errors import FormatError
from analysis.formats.batches import way_of
from analysis.formats.data_files import FolderFiles
from analysis.formats.fingerprints import digests, fingerprint, fingerprint_of
from analysis.formats.folders import configurations, files_of, is_dataset_folder, splits_in
from analysis.formats.importing import import_files, preview, rebuild
from analysis.formats.notes import layout_sentences, losses, rows_by_layout
from analysis.formats.options import FORMATS, ROLES, TEXT_ROLES, ReadOptions
from analysis.formats.pasted import kind_of_text
from analysis.formats.sources import source_of

__all__ = [
    "FORMATS",
    "ROLES",
    "TEXT_ROLES",
    "FolderFiles",
    "FormatError",
    "ReadOptions",
    "batches",
    "bytestream",
    "chats",
    "column_types",
    "columns",
    "configurations",
    "contents",
    "digests",
    "encodings",
    "files_of",
    "fingerprint",
    "fingerprint_of",
    "groups",
    "import_files",
    "importing",
    "is_dataset_folder",
    "jsontext",
    "kind_of_text",
    "kinds",
    "layout_sentences",
    "layouts",
    "losses",
    "message_columns",
    "messages",
    "named_texts",
    "options",
    "preview",
    "rebuild",
    "rows_by_layout",
    "source_of",
    "splits_in",
    "way_of",
]
