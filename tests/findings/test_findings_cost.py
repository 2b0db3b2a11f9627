"""In a real browser: how much does the page Findings send for a click and for an answer by a key?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analysis.computing import compute
from analysis.workspace import Workspace
from tests.support.browser import ROOT, Server

pytestmark = pytest.mark.browser

MAX_KB = 150


def test_a_click_and_an_answer_send_little(page: Page, server: Callable[..., Server], tmp_path: Path) -> None:
    dataset = Workspace(tmp_path).open([ROOT / "sample_data" / "instructions.jsonl"])
    for name in ("tokens", "formatting", "structure", "exact_duplicates", "lengths"):
        compute(dataset, dataset.signal(name))
    sizes: list[int] = []
    page.on("websocket", lambda channel: channel.on("framereceived", lambda frame: sizes.append(len(frame))))
    page.goto(f"{server(home=tmp_path).url}/findings?d={dataset.id}&finding=html_tags")
    expect(page.locator(".reader .main")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(2_000)

    def sent(act: Callable[[], None]) -> float:
        sizes.clear()
        act()
        page.wait_for_timeout(1_500)  # the reader says where it is a quarter of a second after the answer
        assert sizes
        return sum(sizes) / 1_000

    for key in "yny":
        at = page.locator(".reader").get_attribute("data-at")
        sizes.clear()
        page.keyboard.press(key)
        expect(page.locator(".reader")).not_to_have_attribute("data-at", str(at))
        expect(page.locator('.reader[data-save="saved"]')).to_be_visible()
        assert max(sizes) <= MAX_KB * 1_000, key
    assert sent(page.locator('.line[data-finding="html_entities"]').click) <= MAX_KB
    page.wait_for_url("**finding=html_entities*")
    assert sent(page.locator(".st-key-finding_severities").get_by_role("button", name="warn").click) <= MAX_KB
