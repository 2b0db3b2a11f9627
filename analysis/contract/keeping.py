"""The result of the last check, kept with its dataset, so that a page can show it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from analysis.dataset import Dataset
from analysis.whole_files import whole_file

FILE_NAME = "contract.json"


def keep_result(dataset: Dataset, result: dict[str, Any]) -> None:
    """Keeps a result in the dataset's folder; only its owner may read it."""
    write_for_owner(dataset.folder / FILE_NAME, json.dumps(result, ensure_ascii=False))


def last_result(dataset: Dataset) -> dict[str, Any] | None:
    """The result of the last check as JSON; null where there is none, or where the file is damaged."""
    try:
        result = json.loads((dataset.folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        return None
    return result if isinstance(result, dict) and isinstance(result.get("rules"), list) else None


def write_for_owner(path: Path, text: str) -> None:
    """Writes a text whole into a file that only its owner may read."""
    with (
        whole_file(path, durable=False, is_private=True) as temporary,
        os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file,
    ):
        file.write(text)
