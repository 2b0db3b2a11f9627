"""Can a person write a note on a row in the reader, and does everybody see it, whatever happens to the connection?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.annotations import open_annotations
from analysis.workspace import Workspace
from tests.support.browser import Server
from tests.support.screen import read_row, saved, settled, until

pytestmark = pytest.mark.browser


def test_a_note_is_written_by_key_kept_shown_to_others_and_undone(
    page: Page, browser: Browser, server: Callable[..., Server], tmp_path: Path
) -> None:
    path = tmp_path / "told.jsonl"
    path.write_text(
        "".join(json.dumps({"prompt": f"Question {i}?", "response": "An answer."}) + "\n" for i in range(5))
    )
    home = tmp_path / "home"
    dataset = Workspace(home).open([path])
    first = dataset.column("row_id")[0]

    def stored() -> list[tuple[Any, ...]]:
        with open_annotations(home) as notes:
            return notes.row_notes.standing(dataset.fingerprint).select("row_id", "text").rows()

    url = f"{server(home=home).url}/read?d={dataset.id}"
    page.goto(url)
    settled(page, "Read")
    read_row(page, 0)
    area, shown = page.locator(".row-note textarea"), page.locator(".row-note-text")
    page.keyboard.press("c")
    expect(area).to_be_focused()
    page.keyboard.type("jk1u? not kept")  # keys of the reader are letters here
    page.keyboard.press("Escape")
    expect(area).to_have_count(0)
    read_row(page, 0)
    assert stored() == [] and page.locator('.tag[aria-pressed="true"]').count() == 0

    page.keyboard.press("c")
    page.keyboard.type("jk1u <b>too short</b>")
    page.keyboard.press("Control+Enter")
    saved(page)
    expect(shown).to_have_text("jk1u <b>too short</b>")
    until(lambda: stored() == [(first, "jk1u <b>too short</b>")], "storing the note")

    page.keyboard.press("c")
    expect(area).to_have_value("jk1u <b>too short</b>")
    area.fill("Too short.")
    page.get_by_role("button", name="Next row (J)").click()  # leaving the field stores
    read_row(page, 1)
    expect(shown).to_have_count(0)
    until(lambda: stored() == [(first, "Too short.")], "storing on leaving")

    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.add_cookies([{"name": "winnow_name", "value": "Ben%20Roe", "url": url}])
    other = context.new_page()
    other.goto(f"{url}&row={first}")
    settled(other, "Read")
    read_row(other, 0)
    expect(other.locator(".row-note-text")).to_have_text("Too short.")
    expect(other.locator(".row-note .by")).not_to_have_text("Your note")
    context.close()

    page.reload()
    settled(page, "Read")
    page.goto(f"{url}&row={first}")
    settled(page, "Read")
    read_row(page, 0)
    expect(shown).to_have_text("Too short.")
    page.keyboard.press("u")
    expect(shown).to_have_text("jk1u <b>too short</b>")
    until(lambda: stored() == [(first, "jk1u <b>too short</b>")], "undoing")


def test_a_note_typed_without_a_server_is_stored_when_it_is_back(
    page: Page, server: Callable[..., Server], tmp_path: Path
) -> None:
    path = tmp_path / "told.jsonl"
    path.write_text('{"prompt": "Why?", "response": "So."}\n{"prompt": "How?", "response": "Thus."}\n')
    home = tmp_path / "home"
    dataset = Workspace(home).open([path])
    page.goto(f"{server(home=home).url}/read?d={dataset.id}")
    settled(page, "Read")
    read_row(page, 0)
    page.context.set_offline(True)
    page.keyboard.press("c")
    page.keyboard.type("written offline")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".row-note-text")).to_have_text("written offline")
    page.context.set_offline(False)
    page.reload()
    settled(page, "Read")
    saved(page)
    with open_annotations(home) as notes:
        assert notes.row_notes.standing(dataset.fingerprint)["text"].to_list() == ["written offline"]
