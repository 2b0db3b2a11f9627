"""Does a chip say what its rows show, in the words of the finding, and name the column only on hover?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.catalogue import CATALOGUE
from analysis.dataset import Dataset
from analysis.view import Filter
from analysis.workspace import Workspace
from tests.support.app_page import open_page
from ui.frame import chips, frame


@pytest.fixture(scope="module")
def dataset(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two rows, with a column of the file's own that has the name of one that a signal adds."""
    path = tmp_path_factory.mktemp("data") / "rows.jsonl"
    rows = [{"instruction": "a?", "output": "b", "boilerplate_count": n} for n in (0, 1)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Workspace().open([path])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("is_duplicate_extra~eq~true", "repeats an earlier row"),
        ("is_duplicate_extra~!eq~true", "repeats an earlier row"),
        ("is_duplicate_extra~ne~true", "not: repeats an earlier row"),
        ("is_duplicate_extra~eq~false", "is_duplicate_extra is false"),
        ("special_token_leaks~gt~0", "holds special tokens of a chat template as text"),
        ("response_words~eq~1", "response is a single word"),
        ("pii_status~re~^partly", "could not be scanned for personal data to its end"),
        ("structure_faults~has~call_without_result", "a tool call has no result, and the chat goes on"),
        ("map_place~within~1,1;2,1;2,2", "drawn on the map"),
        ("map_place~outside~1,1;2,1;2,2", "not in the area drawn on the map"),
        ("row_tokens~gt~100", "row_tokens is over 100"),
        ("boilerplate_count~gt~0", "boilerplate_count is over 0"),  # the file's own column
    ],
)
def test_the_words_of_a_chip(dataset: Dataset, asked: str, words: str) -> None:
    assert chips.words(dataset, Filter.parse(asked)) == words


def test_no_chip_of_a_finding_counts_rows() -> None:
    for check in CATALOGUE.checks:
        assert not any(character.isdigit() for character in chips.of_check(check)[:3]), check.name


def test_the_column_is_in_the_tip(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[dict[str, object]] = []
    monkeypatch.setattr(frame, "view_bar", lambda *parts: drawn.extend(parts[2]))
    open_page("reading", dataset, "response_words~eq~1")
    assert drawn == [{"text": "response is a single word", "tip": "response_words is 1", "on": True}]
