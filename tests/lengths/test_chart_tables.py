"""On the page Lengths: does a line of a chart's table do what a click on its bar does?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    """Prompts of 1 to 12 words, the same number of words in each response; half of the rows from "a", half from "=b"."""
    rows = [{"prompt": "word " * n, "response": "tide " * n, "source": "a" if n % 2 else "=b"} for n in range(1, 13)]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    opened = Workspace(home).open([file])
    for name in ("lengths", "tokens"):
        compute(opened, opened.signal(name))
    return opened


@pytest.mark.parametrize(
    ("chart", "line", "kept"),
    [
        ("hist_prompt_words", 2, ["prompt_words~range~3~4"]),
        ("boxes_source", 1, ["source~in~a"]),
        ("density_words", 0, ["prompt_words~range~8~10", "response_words~range~8~10"]),
    ],
)
def test_a_line_of_a_table_filters_as_its_mark_does(dataset: Dataset, chart: str, line: int, kept: list[str]) -> None:
    at = open_page("lengths", dataset, unit="words")
    well(at.button_group(key="of_words").set_value("prompt").run())
    at.session_state[f"table_{chart}"] = True
    well(at.run())
    choice = at.selectbox(key=f"choose_lines_{chart}_0")
    assert choice.label == "Filter to"
    well(choice.set_value(choice.options[line]).run())
    assert at.session_state["filters"] == kept
    assert at.selectbox(key=f"choose_lines_{chart}_1").value is None, "a choice is used once"


def test_a_table_holds_what_the_chart_draws(dataset: Dataset) -> None:
    at = open_page("lengths", dataset, unit="words")
    at.session_state["table_boxes_source"] = True
    well(at.run())
    table = next(each.value for each in at.dataframe if "median" in each.value.columns)
    assert table["group"].to_list() == ["=b", "a"] and table["rows"].to_list() == [6, 6]


def test_a_closed_table_is_not_made(dataset: Dataset) -> None:
    at = open_page("lengths", dataset, unit="words")
    assert [box.key for box in at.selectbox if box.key and box.key.startswith("choose_lines")] == []
