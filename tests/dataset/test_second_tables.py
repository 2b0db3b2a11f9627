"""Is what a signal finds more than once per row kept in a table of its own, one line per entry?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import DatasetError, SignalError
from analysis.signal import ROW_ID, Signal
from analysis.workspace import Workspace

WORD = pl.Struct({"word": pl.String, "length": pl.UInt32})


@dataclass(frozen=True)
class Words(Signal, name="words", version=1, reads=("prompt",), adds={"word_count": pl.UInt32}, tables={"words": WORD}):
    """The words of the prompt; null and an empty prompt have no entry."""

    forgetful: bool = False

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        words = [None if text is None else text.split() for text in rows["prompt"]]
        entries = [[{"word": w, "length": len(w)} for w in found] if found is not None else None for found in words]
        counts = pl.Series("word_count", [None if found is None else len(found) for found in words], dtype=pl.UInt32)
        table = pl.Series("words", entries, dtype=pl.List(WORD))
        return pl.DataFrame([counts] if self.forgetful else [counts, table])


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    path = tmp_path / "three.jsonl"
    rows = [
        {"prompt": "two words", "response": "a"},
        {"prompt": "", "response": "b"},
        {"prompt": None, "response": "c"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Workspace(home).open([path])


def test_a_line_per_entry_in_row_order(dataset: Dataset) -> None:
    signal = Words()
    columns = pl.read_parquet(compute(dataset, signal))
    assert columns.columns == [ROW_ID, "word_count"]
    assert columns["word_count"].to_list() == [2, 0, None]
    first = dataset.column(ROW_ID)[0]
    assert dataset.table(signal, "words").rows() == [(first, "two", 3), (first, "words", 5)]


def test_the_lines_of_some_rows(dataset: Dataset) -> None:
    signal = Words()
    compute(dataset, signal)
    for rows, expected in (
        ([0], [(0, "two", 3), (0, "words", 5)]),
        ([1, 2], []),
        ([0, 1, 2], [(0, "two", 3), (0, "words", 5)]),
    ):
        assert dataset.table_in(signal, "words", pl.Series(rows, dtype=pl.UInt32)).rows() == expected


def test_a_table_not_made_yet_is_named(dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="compute words first"):
        dataset.table(Words(), "words")


def test_a_declared_table_must_be_given(dataset: Dataset) -> None:
    with pytest.raises(SignalError, match="words declares"):
        compute(dataset, Words(forgetful=True))
