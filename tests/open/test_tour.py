"""Does the tour lead through the sample data in six steps, end for good when it is skipped, and begin again on request?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well
from tests.support.browser import Server
from tests.support.screen import address, settled
from ui.frame import touring
from ui.session import places

Panel = tuple[str, str, str, str, Callable[[str], None]]


@pytest.fixture
def sample(home: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The sample data of the tour, opened."""
    monkeypatch.setattr("sys.argv", ["app.py"])
    return Workspace().open([touring.SAMPLE])


@pytest.fixture
def panels(monkeypatch: pytest.MonkeyPatch) -> list[Panel]:
    """What the panel was drawn with, latest last."""
    drawn: list[Panel] = []
    monkeypatch.setattr("ui.frame.tour.panel", lambda *given: drawn.append(given))
    monkeypatch.setattr("ui.frame.cookie.keep", lambda name, value: None)
    return drawn


def at_step(dataset: Dataset, page: str, number: int) -> AppTest:
    at = open_page(page, dataset)
    at.session_state["tour_at"] = str(number)
    return well(at.run())


def test_every_step_has_a_page_of_the_menu_and_one_sentence() -> None:
    assert len(touring.STEPS) == 6
    for step in touring.STEPS:
        assert (places.ROOT / "pages" / f"{step.page}.py").exists()
        assert step.words.endswith(".") and step.words.count(".") == 1 and len(step.words) < 130


def test_nothing_is_drawn_before_the_tour_begins_nor_on_other_data(
    sample: Dataset, panels: list[Panel], tmp_path: Path
) -> None:
    open_page("export", sample)
    assert not panels
    (tmp_path / "own.jsonl").write_text('{"prompt": "a", "response": "b"}\n')
    at_step(Workspace().open([tmp_path / "own.jsonl"]), "export", 6)
    assert not panels
    at_step(sample, "export", 6)
    assert panels[-1][:4] == ("Step 6 of 6 · Export", touring.STEPS[5].words, "End the tour", "")


def test_next_goes_to_the_next_page_and_skip_ends_it(
    sample: Dataset, panels: list[Panel], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_step(sample, "slices", 5)
    step, words, on, skip, act = panels[-1]
    assert (step, words, on, skip) == ("Step 5 of 6 · Slices", touring.STEPS[4].words, "Next", "Skip the tour")
    state: dict[str, Any] = {"tour_at": "5"}
    monkeypatch.setattr(st, "session_state", state)
    act("next")
    assert state == {"tour_at": "6", "tour_to": "export"}
    act("skip")
    assert state["tour_at"] == "over"


def test_a_page_that_is_not_the_one_of_the_step_leads_to_it(
    sample: Dataset, panels: list[Panel], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_step(sample, "compare", 3)
    assert panels[-1][2:4] == ("Go to Read", "Skip the tour")
    state: dict[str, Any] = {"tour_at": "3"}
    monkeypatch.setattr(st, "session_state", state)
    panels[-1][4]("next")
    assert state == {"tour_at": "3", "tour_to": "reading"}


def test_it_is_never_shown_twice_unasked(sample: Dataset, panels: list[Panel], monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr(type(st.context), "cookies", {touring.COOKIE: "over"}, raising=False)
    with monkeypatch.context() as patch:
        patch.setattr(st, "session_state", state)
        touring.begin_once()
    assert not state
    open_page("export", sample)
    assert not panels
    monkeypatch.setattr(type(st.context), "cookies", {touring.COOKIE: "6"}, raising=False)
    open_page("export", sample)
    assert panels[-1][0] == "Step 6 of 6 · Export"  # a visit goes on where the one before stopped
    monkeypatch.setattr(type(st.context), "cookies", {}, raising=False)
    with monkeypatch.context() as patch:
        patch.setattr(st, "session_state", state)
        touring.begin_once()
    assert state == {"tour_at": "1"}


def test_the_start_page_begins_it_with_the_sample_that_is_in_the_workspace(
    sample: Dataset, panels: list[Panel]
) -> None:
    at = open_page("overview", None)
    at = well(at.button(key="take_tour").click().run())
    assert at.session_state["dataset"] == sample.id and at.session_state["tour_at"] == "1"
    assert "opening" not in at.session_state


@pytest.mark.browser
def test_it_is_taken_by_keys_and_begun_again_by_the_list_of_keys(
    page: Page, sample: Dataset, home: Path, server: Callable[..., Server]
) -> None:
    page.goto(address(server(home=home), "/slices", sample))
    settled(page, "Slices")
    panel = page.get_by_role("region", name="Tour of the sample data")
    page.keyboard.press("?")
    page.get_by_role("button", name="Tour of the sample data in six steps").click()
    expect(panel.get_by_role("status")).to_contain_text("Step 1 of 6 · Overview")
    panel.get_by_role("button", name="Next").press("Enter")
    expect(panel.get_by_role("status")).to_contain_text("Step 2 of 6 · Overview")
    expect(panel.get_by_role("button", name="Next")).to_be_focused()
    page.keyboard.press("Enter")
    settled(page, "Read")
    expect(panel.get_by_role("status")).to_contain_text("Step 3 of 6 · Read")
    panel.get_by_role("button", name="Skip the tour").press("Enter")
    expect(panel).to_have_count(0)
    page.reload()
    settled(page, "Read")
    expect(panel).to_have_count(0)
