"""What the tests of the house share: the trees of all sources, kept as long as one file of tests needs them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house.test_house import parsed


@pytest.fixture(scope="module", autouse=True)
def _trees_for_one_file_of_tests() -> Iterator[None]:
    """All trees together are hundreds of megabytes."""
    yield
    parsed.cache_clear()
