"""What does the menu of a column count, and does each part filter to exactly its rows?"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analysis.dataset import Dataset
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.app_page import grid_of, open_page
from ui.rows.distribution import ASKED, Part, can_be_counted, parts_of


@pytest.fixture
def dataset(home: Path) -> Dataset:
    rows = [
        {
            "prompt": f"Question {i} of many, which is long enough to be a text that one reads?",
            "response": "An answer.",
            "source": "abc"[i % 3] if i % 10 else None,
            "score": i * 3.5 if i % 7 else None,
            "year": 2000 + i % 4,
            "when": f"2024-{i % 9 + 1:02}-{i % 27 + 1:02}",
            "is_old": i % 2 == 0,
        }
        for i in range(60)
    ]
    file = home / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Workspace(home).open([file])


def test_few_values_are_counted_most_frequent_first() -> None:
    assert parts_of(pl.Series(["x", "y", "y", None])) == [
        Part("y", 2, "eq", "y"),
        Part("x", 1, "eq", "x"),
        Part("(missing)", 1, "null"),
    ]
    many = parts_of(pl.Series([f"v{i:02}" for i in range(15)]))
    assert (len(many), many[-1]) == (11, Part("5 other values", 5))


def test_numbers_are_in_order_and_many_are_in_bins() -> None:
    assert parts_of(pl.Series([3, 1, 3])) == [Part("1", 1, "eq", "1"), Part("3", 2, "eq", "3")]
    bins = parts_of(pl.Series(range(100)))
    assert bins[0] == Part("0 to 9", 10, "range", "0~10") and sum(part.rows for part in bins) == 100


def test_one_long_row_leaves_the_others_apart() -> None:
    parts = parts_of(pl.Series([*range(10, 60), 9_000]))
    assert [part.rows for part in parts if part.rows][-1] == 1 and max(part.rows for part in parts) < 40


def test_times_and_entries_of_lists_are_counted() -> None:
    days = pl.Series([date(2024, 1, 5), date(2024, 3, 5), date(2024, 3, 9), None])
    assert [(part.words, part.rows) for part in parts_of(days)] == [("2024-01", 1), ("2024-03", 2), ("(missing)", 1)]
    tags = pl.Series([["keep"], ["keep", "fix"], []], dtype=pl.List(pl.String))
    assert parts_of(tags) == [Part("keep", 2, "in", "keep"), Part("fix", 1, "in", "fix"), Part("none", 1, "blank")]


@pytest.mark.parametrize("column", ["source", "score", "year", "is_old", "when"])
def test_each_part_filters_to_its_rows(dataset: Dataset, column: str) -> None:
    parts = parts_of(dataset.column(column))
    assert sum(part.rows for part in parts) == dataset.height
    for part in parts:
        if part.op:
            assert len(dataset.rows_of(View().where(column, part.op, part.value))) == part.rows, part


def test_the_menu_has_the_distribution_of_the_rows_in_view(dataset: Dataset) -> None:
    at = open_page("overview", dataset, "source~eq~a")
    given = grid_of(at)
    counts = {column["name"]: column["counts"] for column in given["columns"]}
    assert (counts["prompt"], counts["source"], counts["tags"], given["shape"]) == (False, True, True, None)
    at.session_state[ASKED] = ("|".join((dataset.id, "in view", "source~eq~a")), "source", 1)
    shape = grid_of(at.run())["shape"]
    rows = len(dataset.rows_of(View().where("source", "eq", "a")))
    assert (shape["column"], shape["about"]) == ("source", f"of {rows} rows")
    assert [(bar["words"], bar["rows"], bar["op"], bar["value"]) for bar in shape["bars"]] == [
        ("a", f"{rows} (100%)", "eq", "a")
    ]
    at.query_params["f"] = "source~eq~b"
    assert grid_of(at.run())["shape"] is None, "it was asked for other rows"


def test_personal_data_and_long_texts_are_not_counted(dataset: Dataset) -> None:
    assert not can_be_counted(dataset, "prompt") and not can_be_counted(dataset, "nothing")
