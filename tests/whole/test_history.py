"""Does the browser's Back undo the last choice, one step for each act, and Forward make it again?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well
from tests.support.browser import Server
from tests.support.screen import address, chips, counted, go, read_row, settled, widget
from ui.session import history

ROWS = [
    {"instruction": f"Question {i // 2}?", "output": f"Answer {i}.", "source": "ab"[i % 2], "score": i}
    for i in range(24)
] + [{"instruction": f"Is {what} a fruit?", "output": "Yes", "source": "c", "score": 0} for what in ("a pear", "a fig")]


@pytest.fixture(scope="module")
def dataset(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """26 rows: 12 questions with two answers each, and two questions with the same answer."""
    path = tmp_path_factory.mktemp("data") / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    opened = Workspace().open([path])
    for name in ("lengths", "tokens", "exact_duplicates", "near_pairs", "near_groups", "conflicts"):
        compute(opened, opened.signal(name))
    return opened


# What a page takes from memory, and what not


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[AppTest], AppTest]]:
    """`steps(at)` runs the page as Back or Forward does."""

    def step(at: AppTest) -> AppTest:
        with monkeypatch.context() as patch:
            patch.setattr(history, "_is_back_or_forward", lambda: True)
            return well(at.run())

    yield step


def filters(at: AppTest) -> list[str]:
    said = at.query_params.get("f", [])
    return [said] if isinstance(said, str) else list(said)


def test_back_to_an_address_without_filters_shows_all_rows(
    dataset: Dataset, steps: Callable[[AppTest], AppTest]
) -> None:
    at = open_page("overview", dataset, "source~eq~a")
    del at.query_params["f"]
    at = well(at.run())
    assert filters(at) == ["source~eq~a"]  # as on a page chosen in the menu: memory speaks
    del at.query_params["f"]
    assert filters(steps(at)) == []
    assert filters(well(at.run())) == []  # and it has been forgotten


def test_back_to_an_address_without_a_dataset_changes_nothing(
    dataset: Dataset, steps: Callable[[AppTest], AppTest]
) -> None:
    at = open_page("overview", dataset, "source~eq~a")
    at.query_params.clear()
    at = steps(at)
    assert (at.query_params["d"], filters(at)) == (dataset.id, ["source~eq~a"])


def test_undo_and_redo_follow_back_and_forward(dataset: Dataset, steps: Callable[[AppTest], AppTest]) -> None:
    at = open_page("overview", dataset)
    at.query_params["f"] = ["source~eq~a"]
    at = steps(at)
    assert (at.session_state["past"], at.session_state["future"]) == ([[]], [])
    del at.query_params["f"]
    at = steps(at)
    assert (at.session_state["past"], at.session_state["future"]) == ([], [["source~eq~a"]])
    at.query_params["f"] = ["source~eq~a"]
    at = steps(at)
    assert (at.session_state["past"], at.session_state["future"]) == ([[]], [])


@pytest.mark.parametrize(
    ("page", "name", "widget_key", "second"),
    [
        ("reading", "order", "order", "longest"),
        ("duplicates", "kind", "duplicates_kind", "exact"),
        ("conflicts", "conflict", "conflict", "same_response_short"),
    ],
)
def test_a_choice_in_the_address_is_undone(
    dataset: Dataset,
    steps: Callable[[AppTest], AppTest],
    page: str,
    name: str,
    widget_key: str,
    second: str,
) -> None:
    at = open_page(page, dataset)
    usual = at.session_state[widget_key]
    at = open_page(page, dataset, **{name: second})
    assert at.session_state[widget_key] == second != usual
    del at.query_params[name]
    assert steps(at).session_state[widget_key] == usual
    at.query_params[name] = second
    assert steps(at).session_state[widget_key] == second


def test_the_compared_side_is_undone(dataset: Dataset, steps: Callable[[AppTest], AppTest]) -> None:
    at = open_page("compare", dataset, b="source~eq~a")
    assert "b" in at.query_params
    del at.query_params["b"]
    at = steps(at)
    assert "b" not in at.query_params
    assert "b" not in well(at.run()).query_params


def test_the_threshold_is_in_the_address_and_undone(dataset: Dataset, steps: Callable[[AppTest], AppTest]) -> None:
    at = open_page("duplicates", dataset, kind="near")
    usual = at.slider[0].value
    assert usual != 0.93 and "similar" not in at.query_params
    at.slider[0].set_value(0.93)
    at = well(at.run())
    assert at.query_params["similar"] == "near~0.93"
    shared = open_page("duplicates", dataset, kind="near", similar="near~0.93")
    assert shared.slider[0].value == 0.93
    del at.query_params["similar"]
    at = steps(at)
    assert at.slider[0].value == usual
    assert well(at.run()).slider[0].value == usual


@pytest.mark.parametrize("asked", ["near~2", "near~0.1", "near~x", "meaning~0.9", "0.9", "near~nan"])
def test_a_threshold_that_cannot_be_is_not_taken_from_the_address(dataset: Dataset, asked: str) -> None:
    at = open_page("duplicates", dataset, kind="near", similar=asked)
    assert at.slider[0].value == open_page("duplicates", dataset, kind="near").slider[0].value


# In a browser


@pytest.mark.browser
def test_each_act_is_one_step_of_the_browser(
    page: Page, dataset: Dataset, app_home: Path, server: Callable[..., Server]
) -> None:
    winnow = server(home=app_home)
    page.goto(address(winnow, "/", dataset))
    settled(page, "Overview")
    expect(page).to_have_title("Overview · rows · Winnow")
    widget(page, "search").get_by_role("searchbox").fill("Answer 1")
    page.keyboard.press("Enter")
    counted(page, 11)
    page.locator(".grid").get_by_role("button", name="row_tokens", exact=True).click()
    page.get_by_role("button", name="Sort all rows: Largest first").click()
    expect(page).to_have_url(re.compile("sort=row_tokens"))
    widget(page, "search").get_by_role("searchbox").fill("Answer 12")
    page.keyboard.press("Enter")
    counted(page, 1)

    page.go_back()
    counted(page, 11)
    expect(page.locator(".grid th[aria-sort]")).to_have_text(re.compile("row_tokens"))
    page.go_back()  # the order of the table is a step, too
    expect(page).not_to_have_url(re.compile("sort=row_tokens"))
    expect(page.locator(".grid th[aria-sort]")).to_have_count(0)
    counted(page, 11)
    page.go_back()
    counted(page, 26)
    expect(chips(page)).to_have_count(0)
    page.go_forward()
    counted(page, 11)

    go(page, "Read")
    read_row(page, 0)
    for place in (1, 2, 3):
        page.keyboard.press("j")
        third = read_row(page, place)
    expect(page).to_have_url(re.compile(f"row={third}"))
    page.go_back()  # three rows read are no steps, nor is what the page adds to its address
    settled(page, "Overview")
    counted(page, 11)
    page.go_forward()
    settled(page, "Read")
    assert read_row(page, 3) == third
