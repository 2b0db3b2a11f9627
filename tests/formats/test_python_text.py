"""Lists and objects written as Python, NumPy or JSON text into a cell: read as values, nothing run, nothing guessed."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import FormatError
from analysis.formats.pythontext import python_value
from tests.formats.opened_files import Opened

TURNS = [{"role": "user", "content": 'Where\'s "it"?\n\té 😀'}, {"role": "assistant", "content": "It's\\left."}]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    PLAIN | TEXTS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


def csv_text(*rows: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@given(VALUES)
def test_what_python_writes_is_read_back(value: Any) -> None:
    assert python_value(repr(value)) == value


@pytest.mark.parametrize(
    "text",
    [str(np.array(TURNS, dtype=object)), repr(np.array(TURNS, dtype=object)), repr([np.array(TURNS, dtype=object)])],
)
def test_what_numpy_writes_is_read_back(text: str) -> None:
    value = python_value(text)
    assert value in (TURNS, [TURNS])
    assert python_value("['a' 'b c']") == ["a", "b c"] and python_value("[1. 2.5 -3]") == [1.0, 2.5, -3]


@pytest.mark.parametrize(
    "text",
    [
        "[1, ...]",
        "[{'role': 'user'} ... {'role': 'user'}]",
        "__import__('os').system('true')",
        "[x for x in 'ab']",
        "'a' * 9",
        "lambda: 1",
        "[datetime.datetime(2026, 1, 1)]",
        "[{'role': 'user', 'content': 'cut o",
        "[1] and more",
        "[" * 5000,
        "-" * 100_000 + "1",
        "(" * 200 + ")" * 200,
        "{[]: 1}",
        "'\\U00ffffff'",
    ],
)
def test_anything_else_is_refused_and_nothing_is_run(text: str) -> None:
    with pytest.raises(FormatError):
        python_value(text)


def test_hostile_texts_take_no_long_time() -> None:
    start = time.perf_counter()
    for text in (
        "[" + "'a" * 200_000,
        "'" + "\\" * 400_001,
        "[1" + " " * 400_000 + "x",
        "1" * 200_000 + "x",
        "{" + "1:" * 99,
    ):
        with pytest.raises(FormatError):
            python_value(text)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("write", [repr, json.dumps, lambda turns: str(np.array(turns, dtype=object))])
@pytest.mark.parametrize("name", ["messages", "conversations", "anything"])
def test_conversations_in_cells_are_chats(write: Any, name: str, tmp_path: Path) -> None:
    data = Opened(tmp_path / "csv", ("a.csv", csv_text(["id", name], *([n, write(TURNS)] for n in range(3)))))
    assert data.info["format"] == "chat" and data.info["rows"] == 3
    assert data["prompt"] == [TURNS[0]["content"]] * 3 and data["response"] == [TURNS[1]["content"]] * 3
    table = io.BytesIO()
    pl.DataFrame({"id": [1], name: [write(TURNS)]}).write_parquet(table)
    data = Opened(tmp_path / "parquet", ("a.parquet", table.getvalue()))
    assert (data.info["format"], data["response"]) == ("chat", [TURNS[1]["content"]])
    data = Opened(tmp_path / "jsonl", ("a.jsonl", json.dumps({name: write(TURNS)})))
    assert (data.info["format"], data["response"]) == ("chat", [TURNS[1]["content"]])


def test_a_cell_that_cannot_be_read_is_counted(tmp_path: Path) -> None:
    cells = [repr(TURNS)] * 9 + ["[{'role': 'user' ... 'content': 'x'}]"]
    data = Opened(tmp_path, ("a.csv", csv_text(["messages"], *([cell] for cell in cells))))
    assert "Column messages holds no conversation in 1 row." in data.sentences
    assert data["messages_original"][-1] == cells[-1] and data["prompt"][-1] is None


def test_pairs_and_completions_in_cells_are_turns(tmp_path: Path) -> None:
    user, good, bad = (
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "+"},
        {"role": "assistant", "content": "-"},
    )
    rows = [["prompt", "chosen", "rejected"], ["q", repr([user, good]), str(np.array([user, bad], dtype=object))]]
    data = Opened(tmp_path / "a", ("a.csv", csv_text(*rows)))
    assert (data["prompt"], data["response"], data["rejected"]) == (["q"], ["+"], ["-"])
    rows = [["prompt", "completion"], [repr([user]), repr([good])]]
    data = Opened(tmp_path / "b", ("a.csv", csv_text(*rows)))
    assert (data.info["format"], data["prompt"], data["response"]) == ("chat", ["q"], ["+"])


def test_a_layout_is_found_in_cells_too(tmp_path: Path) -> None:
    row = [{"messages": [{"role": "user", "content": "q"}]}, [{"role": "assistant", "content": "+"}]]
    row.append([{"role": "assistant", "content": "-"}])
    names = ["input", "preferred_output", "non_preferred_output"]
    for write in (repr, json.dumps):
        data = Opened(tmp_path / write.__name__, ("a.csv", csv_text(names, list(map(write, row)))))
        assert [layout["layout"] for layout in data.info["layouts"]] == ["openai_preference"]
        assert (data["prompt"], data["response"], data["rejected"]) == (["q"], ["+"], ["-"])
