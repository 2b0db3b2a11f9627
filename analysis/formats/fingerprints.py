"""Which hash identifies the bytes of one or several files?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from analysis.formats.bytestream import open_file


def digests(paths: Sequence[Path]) -> list[str]:
    """SHA-256 of each file's bytes, in hex."""
    hashes = []
    for path in paths:
        with open_file(Path(path)) as file:
            hashes.append(hashlib.file_digest(file, "sha256").hexdigest())
    return hashes


def fingerprint(paths: Sequence[Path]) -> str:
    """The hash that identifies these bytes: see `fingerprint_of`."""
    return fingerprint_of(digests(paths))


def fingerprint_of(hashes: Sequence[str]) -> str:
    """The SHA-256 of a single file; of several, SHA-256 over their hex digests in order."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
