"""Do the pages Slices and Compare show what the tables say, and is every slice one click away?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.view import Filter, View
from analysis.workspace import Workspace
from tests.support.app_page import grid_of, well
from tests.support.app_page import open_page as run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def dataset(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Three sources of forty rows: one with long responses, one where half of them are empty, one without a name."""
    file = tmp_path_factory.mktemp("data") / "sources.jsonl"
    rows = [
        {
            "prompt": f"Question {i} of {source}?",
            "response": "" if source == "empty" and i % 2 else "word " * words + str(i % 7),
            "source": None if source == "nameless" else source,
            "year": 2000 + i % 3,
        }
        for source, words in (("long", 30), ("empty", 5), ("nameless", 5))
        for i in range(40)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    opened = Workspace().open([file])
    for name in ("lengths", "exact_duplicates"):
        compute(opened, opened.signal(name))
    return opened


def texts(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


def filters(at: AppTest) -> list[str]:
    said = at.query_params.get("f", [])
    return [said] if isinstance(said, str) else said


def test_the_most_surprising_slice_is_first_and_explained(dataset: Dataset) -> None:
    at = run("slices", dataset, by="source")
    shown = at.dataframe[0].value
    assert set(shown["slice "]) == {"long", "empty", "(missing)"}
    assert shown["rows"].to_list() == [40, 40, 40]
    assert shown["slice "].to_list()[0] == "long"
    assert "long, 40 rows, 33.3% of those in view" in texts(at)
    assert any("longer on average" in text for text in texts(at))


def test_keep_only_and_exclude_are_one_click_each(dataset: Dataset) -> None:
    at = run("slices", dataset, by="source")
    at.button(key="keep_slice").click()
    assert filters(well(at.run())) == ["source~eq~long"]
    assert len(at.dataframe[0].value) == 3  # its own filter is left out, so that the others stay in sight
    at.button(key="exclude_slice").click()
    assert filters(well(at.run())) == ["source~ne~long"]
    assert len(dataset.rows_of(View.from_params(filters(at)))) == 80


def test_a_sentence_shows_the_rows_it_counts(dataset: Dataset) -> None:
    at = run("slices", dataset, by="source", f=["source~ne~long"])
    first = at.dataframe[0].value["slice "].to_list()
    assert "empty" in first
    for button in [b for b in at.button if b.label.startswith("Show :gray[") and not b.disabled]:
        other = run("slices", dataset, by="source")
        assert button.key and button.key.startswith("apart_")
        other.button(key=button.key).click()
        shown = filters(well(other.run()))
        assert len(shown) == 2 and dataset.rows_of(View.from_params(shown)).len() > 0


def test_two_dimensions_make_a_grid(dataset: Dataset) -> None:
    at = run("slices", dataset, **{"by": "source", "and": "year"})
    assert len(at.dataframe[0].value) == 9
    assert at.button(key="exclude_slice").disabled  # two filters have no single opposite


def test_a_measure_stands_in_numbers(dataset: Dataset) -> None:
    at = run("slices", dataset, by="source", measure="empty responses")
    at.session_state["numbers"] = True
    numbers = next(table.value for table in well(at.run()).dataframe if "effect" in table.value)
    empty = numbers[numbers["slice "] == "empty"].iloc[0]
    assert (empty["mean"], empty["mean of rest"], empty["difference"], empty["effect"]) == (0.5, 0, 0.5, 0.5)
    assert empty["verdict"] == "differs" and 0.3 < empty["from"] < 0.5 < empty["to"] < 0.7


def measured(at: AppTest, **side: str) -> Any:
    """The table of all measures on Compare, which is opened on demand."""
    at.session_state["all_measures"] = True
    return next(table.value for table in well(at.run()).dataframe if "verdict" in table.value.columns)


def test_compare_holds_the_view_against_all_other_rows(dataset: Dataset) -> None:
    at = run("compare", dataset, f=["source~eq~empty"], b="~rest")
    assert {"empty: 40 rows (source is empty)", "all other rows: 80 rows"} <= {*texts(at)}
    assert (at.selectbox(key="side_a").value, at.selectbox(key="side_b").value) == ("source: empty", "all other rows")
    lines = measured(at)
    assert "source" not in lines["measure"].to_list()  # what a side is chosen by tells nothing
    empty = lines[lines["measure"] == "empty responses"].iloc[0]
    assert (empty["empty"], empty["all other rows"], empty["verdict"]) == ("50%", "0%", "differs")


def test_a_family_has_one_line_and_lengths_come_first(dataset: Dataset) -> None:
    at = run("compare", dataset, f=["source~in~long"], b="source~in~empty", bf="1")
    lines = at.dataframe[0].value
    assert lines["what differs"].to_list()[0] == "length" and lines["what differs"].is_unique
    assert lines["long"].to_list()[0] == "31" and lines["empty"].to_list()[0] == "3", lines
    assert "words" in lines["measured by"].to_list()[0] and ", and " in lines["measured by"].to_list()[0]


def test_two_sources_are_one_click_away(dataset: Dataset) -> None:
    at = run("compare", dataset)
    labels = [button.label for button in at.button if str(button.key).startswith("suggested_")]
    assert labels == ["empty vs long"]
    well(at.button(key="suggested_0").click().run())
    assert filters(at) == ["source~in~empty"] and at.query_params["b"] in ("source~in~long", ["source~in~long"])
    assert {"empty: 40 rows (source is empty)", "long: 40 rows (source is long)"} <= {*texts(at)}
    well(at.selectbox(key="side_a").set_value("source: long").run())
    well(at.selectbox(key="side_b").set_value("source: empty").run())
    assert filters(at) == ["source~in~long"]
    assert {"long: 40 rows (source is long)", "empty: 40 rows (source is empty)"} <= {*texts(at)}


def test_other_filters_hold_for_both_sides_or_the_page_says_so(dataset: Dataset) -> None:
    sides: dict[str, str | list[str]] = {"f": ["source~in~long", "year~eq~2000"], "b": "source~in~empty"}
    at = run("compare", dataset, **sides)
    assert "Only long: year is 2000." in texts(at)
    assert any(line.endswith(": 40 rows (source is empty)") for line in texts(at))
    well(at.toggle(key="both_filtered_False").set_value(True).run())
    assert "Both: year is 2000." in texts(at) and at.query_params["bf"] in ("1", ["1"])
    assert "empty: 14 rows (year is 2000 and source is empty)" in texts(at)


def test_the_same_rows_on_both_sides_are_said_to_be_the_same(dataset: Dataset) -> None:
    at = run("compare", dataset, b="")
    assert "Both sides are the same rows, so nothing can differ. Choose another side." in texts(at)
    assert "No measure differs by more than chance." in texts(at)
    lines = measured(at)
    assert set(lines["verdict"]) <= {"may be chance", "no values", "no other rows"}
    assert not [
        text for text in texts(run("compare", dataset, f=["source~eq~empty"], b="~rest")) if "same rows" in text
    ]


def test_compare_names_what_it_cannot_read_and_what_has_no_rows(dataset: Dataset) -> None:
    assert any("has no column 'nonsense'" in text for text in texts(run("compare", dataset, b="nonsense~eq~1")))
    assert any(
        text.endswith("has no rows. Choose another side.") for text in texts(run("compare", dataset, b="year~gt~3000"))
    )
    assert any("Choose two sides" in text for text in texts(run("compare", dataset)))
    assert any("has no dataset" in text for text in texts(run("compare", dataset, b="", bd="../../etc")))


def test_answers_to_one_prompt_are_side_by_side(home: Path, tmp_path: Path) -> None:
    rows = [
        {"prompt": f"Task {task}", "response": f"{model} answers {task}", "source": model}
        for model, tasks in (("one", range(5)), ("two", range(3, 9)))
        for task in tasks
    ]
    file = tmp_path / "models.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    opened = Workspace(home).open([file])
    at = run("compare", opened, f=["source~in~one"], b="source~in~two", bf="1")
    said = texts(at)
    assert "2 tasks with the same prompt on both sides." in said
    assert [text for text in said if text.startswith(("Task", "one answers", "two answers"))] == [
        *("Task 3", "one answers 3", "two answers 3"),
        *("Task 4", "one answers 4", "two answers 4"),
    ]
    apart = run("compare", opened, f=["prompt~has~Task 0"], b="source~in~two")
    assert "No row of one side has the same prompt as a row of the other." in texts(apart)


def test_the_second_side_goes_along_to_other_pages(dataset: Dataset) -> None:
    at = run("compare", dataset, f=["source~in~long"], b="source~in~empty", bf="1")
    assert (at.query_params["b"], at.query_params["bf"]) in (("source~in~empty", "1"), (["source~in~empty"], ["1"]))
    assert at.session_state["other_side"].filters == ("source~in~empty",)


@pytest.mark.parametrize(
    ("text", "opposite"),
    [
        ("a~eq~1", "a~ne~1"),
        ("a~range~1~2", "a~outside~1~2"),
        ("a~in~x~y", "a~notin~x~y"),
        ("a~null", "a~notnull"),
        ("a~blank", "a~notblank"),
        ("a~ge~1", None),  # what is missing is neither at least one nor under it
        ("a~re~x", None),
    ],
)
def test_a_filter_and_its_opposite_share_all_rows(text: str, opposite: str | None) -> None:
    found = Filter.parse(text).opposite
    assert (found and str(found)) == opposite
    assert found is None or str(found.opposite) == text


def test_opposites_leave_no_row_out_and_none_in_both(dataset: Dataset) -> None:
    every = [
        "source~eq~long",
        "year~range~2000~2002",
        "year~range~2001~",
        "source~in~long~empty",
        "source~null",
        "response~blank",
        "response~has~word",
    ]
    for text in every:
        one = Filter.parse(text)
        assert one.opposite
        assert (dataset.mask(one) != dataset.mask(one.opposite)).all(), text


def test_the_rows_of_the_ticked_slice_are_in_the_table_of_rows(dataset: Dataset) -> None:
    at = run("slices", dataset, by="source")
    given = grid_of(at)
    inside = View().where("source", "eq", "long")
    ids = dataset.frame(["row_id"], dataset.rows_of(inside))["row_id"].to_list()
    assert at.dataframe[0].value["slice "].to_list()[0] == "long"
    assert [row["id"] for row in given["rows"]] == ids
    assert given["title"] == "Rows 1 to 40 of 40 in this slice"
    year = run("slices", dataset, by="source", sort="year", down="0", row=ids[3])
    column = [column["name"] for column in grid_of(year)["columns"]]
    assert grid_of(year)["opened"] == ids[3] and year.button(key="close_row") and "prompt" in column
    years = dict(zip(dataset.column("row_id"), dataset.column("year"), strict=True))
    ordered = [years[row["id"]] for row in grid_of(year)["rows"]]
    assert ordered == sorted(ordered) and len(set(ordered)) == 3
