"""Does one box find text, pages, findings, columns and saved views by keys, without the server, and leave inputs alone?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analysis.annotations import open_annotations
from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.app_page import open_page, well
from tests.support.browser import Server
from tests.support.screen import address, chips, counted, settled, widget
from ui.frame import palette

ROWS = [{"instruction": f"Question {i}?", "output": f"Answer {i}.", "source": "ab"[i % 2]} for i in range(30)]


@pytest.fixture
def dataset(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """30 rows, and a saved view of those with the source a."""
    monkeypatch.setattr("sys.argv", ["app.py"])
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    opened = Workspace().open([path])
    with open_annotations(home) as notes:
        notes.views.save(opened.fingerprint, "rows of a", ["source~eq~a"], "ana")
    return opened


def test_what_can_be_found_is_small_and_each_choice_acts(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[list[palette.Group], Callable[[palette.Wish], None]]] = []
    monkeypatch.setattr(palette, "draw", lambda groups, act: drawn.append((groups, act)))
    at = open_page("compare", dataset)
    groups, _ = drawn[-1]
    choices = {group.kind: dict(group.choices) for group in groups}
    assert choices["page"]["duplicates"].startswith("Duplicates: Which rows are copies")
    assert choices["finding"]["exact_duplicates"] == "Exact duplicates"
    assert choices["column"]["source"] == "source"
    assert list(choices["view"].values()) == ["rows of a"]
    assert len(json.dumps([group._asdict() for group in groups])) < 20_000
    assert not well(at.run()).query_params.get("f")


@pytest.mark.browser
def test_the_box_is_used_by_keys_alone(page: Page, dataset: Dataset, home: Path, server: Callable[..., Server]) -> None:
    sent: list[object] = []
    page.on("websocket", lambda channel: channel.on("framesent", lambda frame: sent.append(frame)))
    page.goto(address(server(home=home), "/compare", dataset))
    settled(page, "Compare")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of this page")).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Find text, pages")
    expect(box).to_be_focused()
    asked = len(sent)
    page.keyboard.type("answer 1")
    expect(page.get_by_role("option", name="Any text contains “answer 1”")).to_have_attribute("aria-selected", "true")
    assert len(sent) == asked, "typing asks the server for nothing"
    page.keyboard.press("Enter")
    counted(page, 11)
    expect(chips(page)).to_have_text(["any text contains “answer 1”"])

    page.keyboard.press("Control+k")
    page.keyboard.type("rows of a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    counted(page, 15)

    search = widget(page, "search").get_by_role("searchbox")
    search.click()
    page.keyboard.type("a/b?")
    expect(search).to_have_value("a/b?")
    search.fill("")
    page.keyboard.press("Control+k")
    page.keyboard.type("exported, in which format")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settled(page, "Export")
    counted(page, 15)
