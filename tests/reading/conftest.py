"""A database of annotations of a test's own, and a dataset without any annotations.

`WINNOW_TEST_DATABASE_URL` runs the tests that ask for `own_database` on another database than a fresh SQLite file.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.annotations import Annotations, open_annotations


@pytest.fixture
def own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    url = os.environ.get("WINNOW_TEST_DATABASE_URL")
    if url is None:
        monkeypatch.delenv("WINNOW_DATABASE_URL", raising=False)
    else:
        monkeypatch.setenv("WINNOW_DATABASE_URL", url)


@pytest.fixture
def notes(tmp_path: Path, own_database: None) -> Iterator[Annotations]:
    with open_annotations(tmp_path) as annotations:
        yield annotations


@pytest.fixture
def data() -> str:
    return uuid.uuid4().hex * 2
