"""Does the reader show who gave a tag, and does a tag stay the person's who then gives a name?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.annotations import open_annotations
from analysis.workspace import Workspace
from tests.support.browser import Server
from tests.support.screen import read_row, saved, settled, until, widget

pytestmark = pytest.mark.browser


def test_the_first_tag_is_undone_after_a_name_was_given_and_others_see_who_tagged(
    page: Page, browser: Browser, server: Callable[..., Server], tmp_path: Path
) -> None:
    path = tmp_path / "told.jsonl"
    path.write_text("".join(json.dumps({"prompt": f"Question {i}?", "response": "Yes."}) + "\n" for i in range(3)))
    home = tmp_path / "home"
    dataset = Workspace(home).open([path])

    def tags() -> dict[str, int]:
        with open_annotations(home) as notes:
            return notes.tags.counts(dataset.fingerprint)

    url = f"{server(home=home).url}/read?d={dataset.id}"
    page.goto(url)
    settled(page, "Read")
    read_row(page, 0)
    page.keyboard.press("1")
    saved(page)
    until(lambda: tags() == {"keep": 1}, "storing the first tag")
    name = widget(page, "first_name").get_by_role("textbox")
    name.fill("Ann Lee")
    name.press("Enter")
    expect(widget(page, "ask_name")).to_have_count(0)
    page.locator(".reader .row-id").click()
    page.keyboard.press("u")
    until(lambda: tags() == {}, "undoing the first tag")
    keep = page.locator(".reader .tag").first
    expect(keep).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("1")
    saved(page)
    until(lambda: tags() == {"keep": 1}, "tagging again")
    expect(keep.locator(".by")).to_be_hidden()

    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.add_cookies([{"name": "winnow_name", "value": "Ben%20Roe", "url": url}])
    other = context.new_page()
    other.goto(url)
    settled(other, "Read")
    read_row(other, 0)
    keep = other.locator(".reader .tag").first
    expect(keep.locator(".by")).to_have_text("AL")
    expect(keep).to_have_attribute("title", "Given by Ann Lee")
    context.close()
