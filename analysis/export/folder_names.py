"""The name of a new folder for an export: what it holds, and when it was made."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from analysis.export.request import ExportRequest

MAX_STEM_CHARS = 40


def plain_name(text: str) -> str:
    """`text` as the name of a folder: letters, digits, `.`, `_` and `-` only; "" where none of these is in it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")


def new_name(name: str, request: ExportRequest, rows: int, now: datetime, parent: Path) -> str:
    """The name of a folder that does not exist in `parent`, such as "chats-messages-971-rows-redacted-2026-11-30-1402".

    It tells the dataset, the format, the rows, and whether they are unpacked, texts are cleaned and personal data is
    taken out.
    """
    stem = plain_name(Path(name).stem)[:MAX_STEM_CHARS].rstrip("-.") or "dataset"
    parts = [stem, request.to.replace("_", "-"), f"{rows}-row{'s' * (rows != 1)}"]
    parts += ["unpacked"] * request.unpack_shots
    parts += ["cleaned"] * bool(request.clean) + ["redacted"] * bool(request.redact)
    first = "-".join([*parts, f"{now:%Y-%m-%d-%H%M}"])
    name, number = first, 1
    while (parent / name).exists():
        number += 1
        name = f"{first}-{number}"
    return name
