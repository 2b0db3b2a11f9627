"""Is the text of a row what one sees first, with a zoom of 200% and where tools are described and answer in JSON?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analysis.workspace import Workspace
from tests.support.browser import Server
from tests.support.screen import read_row, settled

pytestmark = pytest.mark.browser


def text_height(page: Page) -> float:
    """The height of the window in which the row's text is seen, below the reader's bar."""
    body, bar = page.locator(".reader .body").bounding_box(), page.locator(".reader .bar").bounding_box()
    size = page.viewport_size
    assert body and bar and size
    return min(body["y"] + body["height"], size["height"]) - max(body["y"], bar["y"] + bar["height"])


def test_half_of_a_small_screen_shows_the_text(page: Page, server: Callable[..., Server], tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    answer = "A sentence of the answer. " * 80
    path.write_text("".join(json.dumps({"prompt": f"Question {i}?", "response": answer}) + "\n" for i in range(9)))
    dataset = Workspace(tmp_path / "home").open([path])
    page.set_viewport_size({"width": 720, "height": 450})  # 1440 x 900 with a zoom of 200%
    page.goto(f"{server(home=tmp_path / 'home').url}/read?d={dataset.id}")
    settled(page, "Read")
    for at in (0, 1):
        read_row(page, at)
        page.wait_for_timeout(300)
        assert text_height(page) >= 225, f"half of 450 pixels is text, row {at}"
        page.keyboard.press("j")
    bar, tokens = page.locator(".reader .bar"), page.get_by_role("button", name="Tokens")
    expect(tokens).to_be_hidden()
    expect(bar.locator(".progress")).to_contain_text("not yet read")
    expect(bar.locator(".tag").first).to_be_visible()
    page.get_by_role("button", name="More tools of the reader").click()
    expect(tokens).to_be_visible()
    page.get_by_role("button", name="Less tools of the reader").click()
    expect(tokens).to_be_hidden()
    page.set_viewport_size({"width": 1400, "height": 900})
    page.reload()
    settled(page, "Read")
    expect(tokens).to_be_visible()


def test_tools_fold_and_their_answers_are_indented(page: Page, server: Callable[..., Server], tmp_path: Path) -> None:
    answer = '{"city":"Oslo","degrees":[4,4.50,"Oslo, cold"]}'
    names = ("weather", "search", "clock")
    tools = [{"type": "function", "function": {"name": name, "description": "What it does. " * 20}} for name in names]
    messages = [
        {"role": "user", "content": "How cold is it?"},
        {"role": "tool", "content": answer},
        {"role": "assistant", "content": "Cold."},
    ]
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps({"messages": messages, "tools": tools}) + "\n")
    dataset = Workspace(tmp_path / "home").open([path])
    page.goto(f"{server(home=tmp_path / 'home').url}/read?d={dataset.id}&f=*~has~cold%22")
    settled(page, "Read")
    read_row(page, 0)
    tool = page.locator(".reader section.tool")
    expect(tool.first.locator(".tokens")).to_contain_text("3 tools, ")
    expect(tool.first.get_by_role("button", name="Show")).to_be_visible()
    indented = '{\n  "city": "Oslo",\n  "degrees": [\n    4,\n    4.50,\n    "Oslo, cold"\n  ]\n}'
    assert tool.nth(1).locator(".code").inner_text() == indented
    expect(tool.nth(1).locator("mark.hit")).to_have_text('cold"')
    page.keyboard.press("f")
    expect(tool.first.locator(".code")).to_contain_text("clock")
