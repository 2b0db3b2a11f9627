"""Does Winnow know which rows a person read and where they stopped, and go on there?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.annotations import Annotations
from analysis.annotations.reads import Stop
from analysis.workspace import Workspace
from tests.support.browser import Server
from tests.support.screen import counted, read_row, saved, settled

DATA = "f" * 64


def test_the_row_read_last_is_where_a_person_stopped(notes: Annotations) -> None:
    assert notes.reads.stop(DATA, "ann") is None and notes.reads.of(DATA, "ann") == []
    notes.reads.add(DATA, ["a", "b", "c"], "ann")
    assert notes.reads.stop(DATA, "ann") == Stop("c", 3)
    notes.reads.add(DATA, ["b"], "ann")
    notes.reads.add(DATA, [], "ann")
    assert notes.reads.stop(DATA, "ann") == Stop("b", 3)
    assert sorted(notes.reads.of(DATA, "ann")) == ["a", "b", "c"]
    assert notes.reads.stop(DATA, "ben") is None and notes.reads.stop("e" * 64, "ann") is None


def test_reading_is_no_tag_and_no_change_to_undo(notes: Annotations) -> None:
    notes.reads.add(DATA, ["a"], "ann")
    assert notes.tags.counts(DATA) == {} and notes.tags.undo(DATA, "ann") is None
    assert notes.tags.revision(DATA) == 0


@pytest.mark.browser
def test_reading_goes_on_where_it_stopped_in_another_browser(
    page: Page, browser: Browser, server: Callable[..., Server], tmp_path: Path
) -> None:
    path = tmp_path / "told.jsonl"
    path.write_text(
        "".join(json.dumps({"prompt": f"Question {i}?", "response": f"Answer {i}."}) + "\n" for i in range(9))
    )
    dataset = Workspace(tmp_path / "home").open([path])
    url = f"{server(home=tmp_path / 'home').url}/read?d={dataset.id}"
    page.goto(url)
    settled(page, "Read")
    progress = page.locator(".reader .progress")
    expect(progress).to_have_text("\u00b7 0 tagged \u00b7 9 not yet read")
    for at in (1, 2, 3):
        page.wait_for_timeout(400)
        page.keyboard.press("j")
        read_row(page, at)
    expect(progress).to_have_text("\u00b7 0 tagged \u00b7 5 not yet read")
    page.keyboard.press("1")
    saved(page)
    expect(progress).to_have_text("\u00b7 1 tagged \u00b7 5 not yet read")
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    second = context.new_page()
    second.goto(url)
    read_row(second, 3)
    expect(second.get_by_text("You stopped here last time. G goes to another row.")).to_be_visible()
    second.get_by_role("button", name="Not tagged yet").click()
    counted(second, 8)
    read_row(second, 0)
    expect(second.locator(".reader .progress")).to_have_text("\u00b7 0 tagged \u00b7 5 not yet read")
    context.close()
