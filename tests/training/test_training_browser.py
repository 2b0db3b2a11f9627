"""Does the way from a file to a refused row with its tokens work in a browser, and does the key T show tokens in Read?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analysis.workspace import Workspace
from tests.support.browser import Server
from tests.support.screen import chips, counted, go, same_rows, settled, undamaged, until, widget

pytestmark = pytest.mark.browser
COMPUTE = "Compute tokens as the trainer reads them"


def use(page: Page, template: str) -> None:
    """Chooses a template on the page Training."""
    page.get_by_label("Template", exact=True).fill(template)
    page.get_by_role("button", name="Use these").click()
    expect(page.get_by_role("button", name=COMPUTE)).to_be_visible()


def test_from_a_file_to_a_refused_row_with_its_tokens(
    server: Callable[..., Server], page: Page, tmp_path: Path
) -> None:
    app = server(home=tmp_path)
    page.goto(app.url)
    settled(page, "Overview")
    widget(page, "sample_chats").get_by_role("button").click()
    expect(page.locator(".view-bar")).to_be_visible()
    go(page, "Training")
    use(page, "gemma")  # refuses a system turn
    page.get_by_role("button", name=COMPUTE).click()
    refused = widget(page, "number_refused")
    expect(refused).to_be_visible()
    total = int(refused.get_by_test_id("stMetricValue").inner_text().replace(",", ""))
    assert total > 50
    refused.get_by_role("button", name="Show").click()
    expect(chips(page)).to_have_count(1)
    assert same_rows(page, tmp_path) == total
    error = page.locator(".tokens-view .refused")
    expect(error).to_contain_text("The template refuses this row:")
    page.keyboard.press("j")
    expect(page.locator('.reader[data-at="1"]')).to_be_visible()
    expect(error).to_be_visible()
    page.locator(".view-bar .chip .remove").first.click()
    counted(page, 400)
    for _ in range(8):  # so many refused rows do not follow each other
        at = int(page.locator(".reader").get_attribute("data-at") or 0)
        page.keyboard.press("j")
        expect(page.locator(f'.reader[data-at="{at + 1}"]')).to_be_visible()
        expect(page.locator(".tokens-view .refused, .tokens-view .legend")).to_be_visible()
        if page.locator(".tokens-view .legend").count():
            break
    expect(page.locator(".tokens-view .token.trained").first).to_be_visible()


@pytest.fixture(scope="module")
def talks(server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The start of links to three chats: short, hostile, and longer than what is sent at once."""
    folder = tmp_path_factory.mktemp("data")
    contents = [
        ("Hi\tthere", "Hello  you!\nBye 😀"),
        ("<img src=x onerror='window.__x=1'><script>window.__x=2</script>", "</span>\u202eok"),
        ("word " * 6_000, "short"),
    ]
    talks = [[{"role": "user", "content": a}, {"role": "assistant", "content": b}] for a, b in contents]
    (folder / "talks.jsonl").write_text("".join(json.dumps({"messages": talk}) + "\n" for talk in talks))
    dataset = Workspace(folder / "home").open([folder / "talks.jsonl"])
    return f"{server(home=folder / 'home').url}/read?d={dataset.id}"


def test_read_says_what_to_do_and_then_shows_each_row_as_tokens(talks: str, page: Page) -> None:
    page.goto(talks)
    settled(page, "Read")
    page.locator('.reader[data-at="0"]').wait_for()
    page.keyboard.press("t")
    expect(page.locator(".reader .note")).to_contain_text("No template is chosen for this dataset.")
    page.get_by_role("button", name="Open the page Training").click()
    settled(page, "Training")
    use(page, "chatml")
    go(page, "Read")
    page.locator('.reader[data-at="0"]').wait_for()
    page.keyboard.press("t")
    expect(page.locator(".token.trained").first).to_be_visible()
    until(lambda: "tokens=1" in page.url, "tokens in the address")
    text = page.locator(".lines").all_inner_texts()
    assert "→" in "".join(text) and "⏎" in "".join(text) and "··" in "".join(text).replace("\n", "")
    page.locator(".token-area").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".about-token")).to_contain_text("Token 2 of ")
    assert page.locator('.reader[data-at="0"]').count() == 1  # the arrows moved in the tokens, not to another row
    page.keyboard.press("?")
    expect(page.locator(".help")).to_contain_text("tokens, as the trainer reads the row")

    page.keyboard.press("j")
    expect(page.locator(".tokens-view")).to_contain_text("onerror")
    assert page.evaluate("typeof window.__x") == "undefined"
    undamaged(page)

    page.keyboard.press("j")
    pager = page.locator(".pager")
    expect(pager).to_contain_text("Tokens 1 to 2,000 of ")
    assert page.locator(".token[data-token]").count() <= 2_000
    pager.get_by_role("button", name="Show the next 2,000").click()
    expect(pager).to_contain_text("Tokens 2,001 to 4,000 of ")
    page.reload()
    expect(page.locator(".tokens-view .legend")).to_be_visible()  # the address says that tokens are shown
    page.keyboard.press("t")
    expect(page.locator(".section.assistant")).to_contain_text("short")
