"""Is a text edited in the reader kept as a proposal, shown as a difference and taken back, without losing anything?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from playwright.sync_api import Locator, Page, expect

from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.browser import Server
from tests.support.screen import address, read_row, saved, settled, until, widget

pytestmark = pytest.mark.browser

LONG = "word and word, " * 70_000  # 1,050,000 characters
ANSWERS = [
    "The capital of France is Lyon, on the Seine.",
    "</textarea><script>window.__x = 1</script> is not markup.",
    "one\r\ntwo\r\nthree",
    "before \x00 after",
    "مرحبا بالعالم، هذا نص.",
    "   ",
    LONG[:999_000],
    LONG,
    "Fish &amp; chips &lt;now&gt; for Ada.",
]
FRANCE, MARKUP, LINES, NUL, ARABIC, BLANK, LONGEST, TOO_LONG, ENTITIES = range(9)


class Opened(NamedTuple):
    server: Server
    home: Path
    dataset: Dataset


@pytest.fixture(scope="module")
def opened(server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Opened:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("data")
    rows = [{"prompt": f"Question {number}?", "response": text} for number, text in enumerate(ANSWERS)]
    chat = [("user", "Who?"), ("assistant", "Me."), ("user", "And then?"), ("assistant", "You.")]
    turns = {"messages": [{"role": role, "content": content} for role, content in chat]}
    mails = [{"prompt": "Whom do I ask?", "response": "Write to jane.roe@brightwell-mills.co or call."}]
    for name, records in (("answers", rows), ("chats", [turns]), ("mails", mails)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    dataset = Workspace(home).open([str(folder / "answers.jsonl")])
    Workspace(home).open([str(folder / "chats.jsonl")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINNOW_HOME", str(home))  # whose key the places of personal data are kept with
        personal = Workspace(home).open([str(folder / "mails.jsonl")])
        compute(personal, personal.signal("personal_data"))
    return Opened(server(home=home), home, dataset)


@pytest.fixture
def read(opened: Opened, page: Page) -> Callable[[int], Locator]:
    """`read(number)`: the section of that row's response in Read."""

    def at(number: int) -> Locator:
        row_id = opened.dataset.column("row_id")[number]
        page.goto(f"{address(opened.server, '/read', opened.dataset)}&row={row_id}")
        settled(page, "Read")
        assert read_row(page, number) == row_id
        return page.locator(".reader .assistant")

    return at


def proposals(opened: Opened, number: int) -> list[tuple[Any, ...]]:
    """(field, text) of the texts proposed for a row."""
    with open_annotations(opened.home) as notes:
        lines = notes.proposals.standing(opened.dataset.fingerprint)
    row_id = opened.dataset.column("row_id")[number]
    return lines.filter(pl.col("row_id") == row_id).select("field", "text").rows()


def test_a_text_is_edited_by_key_shown_as_a_difference_withdrawn_and_undone(
    opened: Opened, page: Page, read: Callable[[int], Locator]
) -> None:
    answer = read(FRANCE)
    page.keyboard.press("e")
    area = answer.locator("textarea")
    expect(area).to_be_focused()
    assert area.input_value() == ANSWERS[FRANCE]
    page.keyboard.type("jk12")  # keys of the reader are letters here
    assert area.input_value() == f"jk12{ANSWERS[FRANCE]}" and proposals(opened, FRANCE) == []
    page.keyboard.press("Escape")
    expect(area).to_have_count(0)
    assert proposals(opened, FRANCE) == []

    page.keyboard.press("e")
    assert area.input_value() == ANSWERS[FRANCE], "Escape drops what was typed"
    area.fill("The capital of France is Paris, on the Seine.")
    page.keyboard.press("Control+Enter")
    saved(page)
    expect(answer.locator("del")).to_have_text("Lyon")
    expect(answer.locator("ins")).to_have_text("Paris")
    expect(answer.locator(".proposed-by")).to_contain_text(" UTC")
    expect(page.locator(".badge")).to_be_visible()
    assert proposals(opened, FRANCE) == [("response", "The capital of France is Paris, on the Seine.")]

    page.keyboard.press("d")
    expect(answer.locator(".text")).to_have_text("The capital of France is Paris, on the Seine.")
    page.keyboard.press("d")
    expect(answer.locator(".text")).to_have_text(ANSWERS[FRANCE])
    page.keyboard.press("d")
    page.keyboard.press("w")
    expect(page.locator(".badge")).to_be_hidden()
    until(lambda: proposals(opened, FRANCE) == [], "withdrawing")
    expect(answer.locator(".text")).to_have_text(ANSWERS[FRANCE])
    page.keyboard.press("u")
    expect(answer.locator("ins")).to_have_text("Paris")
    page.keyboard.press("u")
    expect(answer.locator(".proposal")).to_have_count(0)
    until(lambda: proposals(opened, FRANCE) == [], "undoing")


def test_the_original_text_again_withdraws(opened: Opened, page: Page, read: Callable[[int], Locator]) -> None:
    answer = read(FRANCE)
    for text, number in (("Paris.", 1), (ANSWERS[FRANCE], 0)):
        page.keyboard.press("e")
        answer.locator("textarea").fill(text)
        page.keyboard.press("Control+Enter")
        saved(page)
        assert len(proposals(opened, FRANCE)) == number


@pytest.mark.parametrize("number", [MARKUP, LINES, ARABIC, BLANK, LONGEST])
def test_what_is_typed_before_a_strange_text_keeps_the_rest(
    opened: Opened, page: Page, read: Callable[[int], Locator], number: int
) -> None:
    answer = read(number)
    page.keyboard.press("e")
    expect(answer.locator("textarea")).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.type("New: ")
    page.keyboard.press("Control+Enter")
    saved(page)
    until(lambda: proposals(opened, number) == [("response", f"New: {ANSWERS[number]}")], "proposing")
    expect(answer.locator("ins")).to_contain_text("New:")
    assert page.evaluate("typeof window.__x") == "undefined"
    page.keyboard.press("u")
    until(lambda: proposals(opened, number) == [], "undoing")


@pytest.mark.parametrize(("number", "reason"), [(NUL, "U+0000"), (TOO_LONG, "1,050,001 characters")])
def test_a_text_that_cannot_be_stored_stays_in_the_text_area(
    opened: Opened, page: Page, read: Callable[[int], Locator], number: int, reason: str
) -> None:
    answer = read(number)
    page.keyboard.press("e")
    area = answer.locator("textarea")
    expect(area).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.type("!")
    page.keyboard.press("Control+Enter")
    expect(answer.locator(".edit-note")).to_contain_text(reason)
    assert area.evaluate("area => area.value") == f"!{ANSWERS[number]}" and proposals(opened, number) == []
    if number == NUL:
        answer.get_by_role("button", name="Remove 1 invisible character").click()
        page.keyboard.press("Control+Enter")
        until(lambda: proposals(opened, number) == [("response", "!before  after")], "proposing")


def test_a_draft_survives_another_row_and_a_reload(opened: Opened, page: Page, read: Callable[[int], Locator]) -> None:
    answer = read(ARABIC)
    page.keyboard.press("e")
    answer.locator("textarea").fill("A draft.")
    page.wait_for_function("Object.values(sessionStorage).join().includes('A draft.')")
    page.get_by_role("button", name="Next row (J)").click()
    read_row(page, ARABIC + 1)
    page.reload()
    settled(page, "Read")
    read(ARABIC)
    page.keyboard.press("e")
    expect(answer.locator("textarea")).to_have_value("A draft.")
    page.keyboard.press("Escape")
    assert proposals(opened, ARABIC) == []


def named(opened: Opened, name: str) -> Dataset:
    about = next(d for d in Workspace(opened.home).datasets() if d["name"] == name)
    return Workspace(opened.home).dataset(str(about["id"]))


def test_a_masked_text_is_shown_before_it_is_edited_and_the_look_is_recorded(opened: Opened, page: Page) -> None:
    dataset = named(opened, "mails.jsonl")
    page.goto(address(opened.server, "/read", dataset))
    settled(page, "Read")
    read_row(page, 0)
    answer = page.locator(".reader .assistant")
    expect(answer.locator("mark.pii")).to_contain_text("••••")
    page.keyboard.press("e")
    area = answer.locator("textarea")
    expect(area).to_have_value("Write to jane.roe@brightwell-mills.co or call.")
    with open_annotations(opened.home) as notes:
        assert notes.looks.latest(dataset.fingerprint)["type"].to_list() == ["EMAIL_ADDRESS"]
        area.fill("Write to jane.roe@brightwell-mills.co today.")
        page.keyboard.press("Control+Enter")
        saved(page)
        assert notes.proposals.standing(dataset.fingerprint)["text"].to_list() == [
            "Write to jane.roe@brightwell-mills.co today."
        ]
        expect(answer.locator("ins")).to_have_text("today")
        page.keyboard.press("r")  # masks again
        expect(answer.get_by_text("The proposed text is hidden while personal data is masked.")).to_be_visible()
        assert "jane" not in page.locator(".reader .main").inner_text()


def test_a_message_of_a_chat_is_edited_where_the_focus_is(opened: Opened, page: Page) -> None:
    dataset = named(opened, "chats.jsonl")
    page.goto(address(opened.server, "/read", dataset))
    settled(page, "Read")
    read_row(page, 0)
    sections = page.locator(".reader section.section")
    sections.nth(1).get_by_role("button", name="Edit").focus()
    page.keyboard.press("e")
    expect(sections.nth(1).locator("textarea")).to_have_value("Me.")
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    page.keyboard.press("e")
    area = sections.nth(3).locator("textarea")
    expect(area).to_have_value("You.")
    area.fill("Us.")
    page.keyboard.press("Control+Enter")
    saved(page)
    with open_annotations(opened.home) as notes:
        lines = notes.proposals.standing(dataset.fingerprint)
    assert lines.select("field", "text").rows() == [("messages.3.content", "Us.")]


def test_a_view_is_cleaned_dropped_and_undone(opened: Opened, page: Page) -> None:
    url = address(opened.server, "/read", opened.dataset)
    page.goto(f"{url}&f=response~has~chips")
    settled(page, "Read")
    widget(page, "clean_rows").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill("HTML entities")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(dialog.get_by_text("1 row in view would change, in 1 text.")).to_be_visible()
    expect(dialog.locator(".card").nth(1)).to_contain_text("Fish & chips <now> for Ada.")
    dialog.get_by_role("button", name="Propose the cleaned texts of 1 row").click()
    until(lambda: proposals(opened, ENTITIES) == [("response", "Fish & chips <now> for Ada.")], "cleaning")
    expect(page.get_by_text("The cleaned texts of 1 row are proposed. Undo takes them back.")).to_be_visible()
    expect(page.locator(".proposed-by")).to_contain_text("cleaned: html_entities")
    undo = page.get_by_role("button", name="Undo", exact=True)
    undo.click()
    expect(page.get_by_text("Undone: texts of 1 row.")).to_be_visible()
    assert proposals(opened, ENTITIES) == []
    widget(page, "redo_change").get_by_role("button").click()
    expect(page.get_by_text("Made again: texts of 1 row.")).to_be_visible()
    assert len(proposals(opened, ENTITIES)) == 1

    widget(page, "drop").get_by_role("button").first.click()
    widget(page, "drop_reason").get_by_role("textbox").fill("not needed")
    widget(page, "drop_go").get_by_role("button").click()
    expect(page.get_by_text("Tag “drop”: 1 row changed.", exact=False)).to_be_visible()
    with open_annotations(opened.home) as notes:
        assert notes.tags.counts(opened.dataset.fingerprint) == {"drop": 1}
        assert notes.tags.reasons(opened.dataset.fingerprint)["why"].to_list() == ["not needed"]
        page.keyboard.press("Escape")
        undo.click()
        expect(page.get_by_text("Undone: tags of 1 row.")).to_be_visible()
        assert notes.tags.counts(opened.dataset.fingerprint) == {}
    assert len(proposals(opened, ENTITIES)) == 1, "undo takes back the last change only"
