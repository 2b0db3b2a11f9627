"""What tests of layouts share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.formats import ReadOptions
from analysis.formats.options import AS_FOUND
from tests.formats.leaf_texts import Opened, write


@pytest.fixture
def read_file(tmp_path: Path) -> Callable[..., Opened]:
    """Writes records as a file of the container that the suffix says, and opens it."""

    def do(
        records: Sequence[dict[str, Any]],
        suffix: str = ".jsonl",
        reading: ReadOptions = AS_FOUND,
    ) -> Opened:
        number = sum(path.is_file() for path in tmp_path.iterdir())
        return Opened(write(records, tmp_path / f"x{number}{suffix}"), tmp_path / f"d{number}", reading)

    return do
