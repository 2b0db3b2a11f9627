"""In a real browser: choose a finding, judge by keys, accept all, undo, reload; does each show at once and last?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analysis.computing import compute
from analysis.workspace import Workspace
from tests.support.browser import ROOT, Server

pytestmark = pytest.mark.browser

SENTENCE = "10 rows hold HTML tags outside code."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the one server of this file."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def app(server: Callable[..., Server], home: Path) -> tuple[Server, str]:
    """A server on the sample data with a few signals computed, and the id of the dataset."""
    dataset = Workspace(home).open([ROOT / "sample_data" / "instructions.jsonl"])
    for name in ("tokens", "formatting", "structure", "exact_duplicates", "lengths"):
        compute(dataset, dataset.signal(name))
    return server(home=home), dataset.id


def opened(page: Page, app: tuple[Server, str], finding: str = "") -> Page:
    server, dataset = app
    page.goto(f"{server.url}/findings?d={dataset}" + (f"&finding={finding}" if finding else ""))
    expect(page.locator(".reader .main")).to_be_visible(timeout=60_000)
    return page


def judge(page: Page, keys: str) -> None:
    for key in keys:
        before = page.locator(".reader").get_attribute("data-at")
        page.keyboard.press(key)
        if before != "9":
            expect(page.locator(".reader")).not_to_have_attribute("data-at", str(before))
    expect(page.locator('.reader[data-save="saved"]')).to_be_visible(timeout=20_000)


def test_a_finding_is_judged_accepted_and_taken_back(page: Page, app: tuple[Server, str]) -> None:
    opened(page, app)
    page.locator(".line", has_text=SENTENCE).click()
    expect(page.locator(".line[aria-current]")).to_contain_text(SENTENCE)
    expect(page.locator('.reader[data-subject="html_tags"]')).to_be_visible()
    assert "finding=html_tags" in page.url
    expect(page.get_by_text("No row is judged yet")).to_be_visible()
    expect(page.locator(".reader mark.hit").first).to_be_visible()
    judge(page, "yyn")
    expect(
        page.get_by_text("Precision 67% (21% to 94%, 95 % interval): 2 real of 3 judged, of 10 rows.")
    ).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("Precision 100% (34% to 100%, 95 % interval): 2 real of 2 judged")).to_be_visible()
    expect(page.locator('.reader[data-at="2"]')).to_be_visible()

    page.get_by_role("button", name="Accept all").click()
    page.get_by_label("Why may they stay?").fill("The task is HTML")
    page.get_by_role("button", name="Accept 10 rows").click()
    expect(page.locator(".line", has_text=SENTENCE).locator(".state")).to_have_text("accepted", timeout=20_000)
    opened(page, app, "html_tags")
    expect(page.locator(".line", has_text=SENTENCE).locator(".state")).to_have_text("accepted")
    expect(page.get_by_text("All 10 rows are accepted.")).to_be_visible()
    expect(page.get_by_text("2 real of 2 judged")).to_be_visible()

    page.get_by_role("button", name="Undo here").click()
    expect(page.locator(".line", has_text=SENTENCE).locator(".state")).to_have_text("open", timeout=20_000)
    page.locator(".st-key-finding_acts").get_by_text("being fixed", exact=True).click()
    expect(page.locator(".line", has_text=SENTENCE).locator(".state")).to_have_text("being fixed", timeout=20_000)


def test_a_key_never_judges_a_row_of_the_finding_before(page: Page, app: tuple[Server, str]) -> None:
    """The list marks the new finding at once, its rows come later: what is pressed in between goes to no row."""
    opened(page, app, "html_entities")
    page.evaluate("dispatchEvent(new CustomEvent('winnow-subject', { detail: 'html_tags' }))")  # its rows never come
    expect(page.locator('.reader[aria-busy="true"]')).to_be_visible()
    page.keyboard.press("y")
    page.keyboard.press("j")
    expect(page.locator('.reader[data-at="0"][data-save="idle"]')).to_be_visible()
    page.locator(".line", has_text=SENTENCE).click()
    expect(page.locator('.reader[data-subject="html_tags"][aria-busy="false"]')).to_be_visible()


def test_the_key_t_opens_the_form_that_tags_all(page: Page, app: tuple[Server, str]) -> None:
    opened(page, app, "html_entities")
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Tag 10 rows")).to_be_visible(timeout=20_000)


def test_a_finding_is_one_click_from_its_rows(page: Page, app: tuple[Server, str]) -> None:
    opened(page, app, "html_entities")
    page.get_by_role("button", name="Read 10 rows").click()
    page.wait_for_url("**/read?**")
    expect(page.locator(".reader .total")).to_have_text("of 10", timeout=30_000)


def test_all_rows_of_a_finding_are_dropped_with_a_reason_and_come_back(page: Page, app: tuple[Server, str]) -> None:
    opened(page, app, "html_entities")
    page.get_by_role("button", name="Drop all").click()
    reason = page.locator(".st-key-finding_drop_reason").get_by_role("textbox")
    reason.fill("escaped by mistake")
    reason.press("Tab")
    page.get_by_role("button", name="Drop 10 rows").click()
    expect(page.get_by_text("Tag “drop”: 10 rows changed.", exact=False)).to_be_visible(timeout=20_000)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Undone: tags of 10 rows.")).to_be_visible(timeout=20_000)


def test_checks_without_a_finding_are_counted_and_unfolded(page: Page, app: tuple[Server, str]) -> None:
    opened(page, app)
    others = page.locator("details.others").first
    expect(others.locator("summary")).to_have_text(re.compile(r"^(Other checks|Checks): \d+ "))
    expect(others.locator(".quiet").first).to_be_hidden()
    others.locator("summary").click()
    expect(others.locator(".quiet").first).to_be_visible()


def test_no_text_of_the_data_becomes_markup(page: Page, app: tuple[Server, str], home: Path) -> None:
    dataset = Workspace(home).open([ROOT / "sample_data" / "hostile.jsonl"])
    for name in ("formatting", "structure"):
        compute(dataset, dataset.signal(name))
    opened(page, (app[0], dataset.id))
    judge(page, "y")
    assert page.evaluate("typeof window.__x") == "undefined"
