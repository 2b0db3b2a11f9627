"""Is each family of measures one line, and is each row of one side joined with the row about the same task?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.slices import families, joined
from analysis.slices.apart import compare
from analysis.workspace import Workspace


def opened(home: Path, folder: Path, rows: Sequence[dict[str, Any]], name: str = "rows.jsonl") -> Dataset:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Workspace(home).open([folder / name])


def test_all_measures_of_repetition_are_one_line(home: Path, tmp_path: Path) -> None:
    plain = " ".join(f"word{n}" for n in range(180))
    loop = "the same few words come back once more, " * 9 + plain
    rows = [{"prompt": f"Task {n}", "response": f"{loop if n % 2 else plain} {n}"} for n in range(80)]
    dataset = opened(home, tmp_path, rows)
    for name in ("lengths", "repetition"):
        compute(dataset, dataset.signal(name))
    odd, even = pl.Series(range(1, 80, 2), dtype=pl.UInt32), pl.Series(range(0, 80, 2), dtype=pl.UInt32)
    found = families.by_family(dataset, compare(dataset, odd, dataset, even))
    assert [family.name for family in found] == ["length", "repeats itself"]
    length, repeats = found
    assert length.lead.measure.name == "response_words"
    assert repeats.lead.measure.name in dataset.signal("repetition").adds and repeats.others >= 1
    assert (repeats.lead.mean or 0) > (repeats.lead.other_mean or 0)


def test_sides_that_do_not_differ_have_no_line(home: Path, tmp_path: Path) -> None:
    dataset = opened(home, tmp_path, [{"prompt": "Hi", "response": "Hello"} for _ in range(60)])
    compute(dataset, dataset.signal("lengths"))
    rows = pl.Series(range(60), dtype=pl.UInt32)
    assert families.by_family(dataset, compare(dataset, rows, dataset, rows)) == []


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ([0, 1, 2], [3, 4, 5], [(0, 3), (1, 5)]),
        ([0, 1, 2], [0, 1, 2], []),  # a row is no other answer to its own task
        ([2], [5], []),  # blank prompts are no task
        ([], [3], []),
    ],
)
def test_equal_prompts_join_two_sides(
    home: Path, tmp_path: Path, here: list[int], there: list[int], expected: list[tuple[int, int]]
) -> None:
    prompts = ["A", "B", " ", "A", "C", "B"]
    dataset = opened(home, tmp_path, [{"prompt": text, "response": str(n)} for n, text in enumerate(prompts)])
    sides = (pl.Series(rows, dtype=pl.UInt32) for rows in (here, there))
    found = joined.same_tasks(dataset, next(sides), dataset, next(sides))
    assert found.rows() == expected and found.schema == {"row": pl.UInt32, "other_row": pl.UInt32}


def test_two_files_are_joined_by_their_prompts(home: Path, tmp_path: Path) -> None:
    one = opened(home, tmp_path, [{"prompt": f"P{n}", "response": "x"} for n in range(3)])
    two = opened(home, tmp_path, [{"prompt": f"P{n}", "response": "y"} for n in (2, 0)], "two.jsonl")
    assert joined.key_columns(one, two) == ["prompt"]
    everything = joined.same_tasks(one, pl.Series([0, 1, 2]), two, pl.Series([0, 1]))
    assert everything.rows() == [(0, 1), (2, 0)]
