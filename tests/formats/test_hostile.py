"""Can a dataset attack the screen that shows it? Every page of the menu, in a real browser, on data that tries."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from analysis.dataset import Dataset
from analysis.view import View
from tests.support.apps.label_app import NAMES
from tests.support.browser import ROOT, Server, Watch
from tests.support.screen import (
    PRESS,
    address,
    chips,
    choose,
    click_until,
    computed,
    dataset_of,
    menu,
    read_row,
    saved,
    settled,
    undamaged,
    widget,
)
from ui.session.text import JOINER, cut

pytestmark = pytest.mark.browser

NAME = "<img src=x onerror=window.__x=1>![a](http:⁄⁄evil.test⁄1)${7*7} :red[x] `b` **c**.jsonl"
TAG = "<img src=x onerror=window.__x=1>![t](http://evil.test/t)"
VIEW = "[v](javascript:window.__x=1) ![v](http://evil.test/v)"
PERSON = "</span><script>window.__x=1</script>![p](http://evil.test/p)"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass(frozen=True)
class Opened:
    server: Server
    home: Path
    dataset: Dataset


@pytest.fixture(scope="module")
def hostile(server: Callable[..., Server], browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The hostile sample under a hostile file name, opened through the page as a person would."""
    folder, home = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("home")
    shutil.copy(ROOT / "sample_data" / "hostile.jsonl", folder / NAME)
    running = server(home=home, data_dirs=folder)
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    watch = Watch(context.new_page())
    page = watch.page
    page.goto(f"{running.url}/open")
    settled(page, "Open")
    page.get_by_label("Choose one or more files on the server").click()
    page.get_by_role("option").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Read as instructions")).to_be_visible()
    settled(page, "Open")
    undamaged(page)
    widget(page, "go").get_by_role("button").click()
    settled(page, "Overview")
    dataset = dataset_of(page, home)
    computed(dataset)
    context.close()
    watch.check()
    assert dataset.name == NAME
    return Opened(running, home, dataset)


@pytest.fixture
def calm(page: Page) -> Iterator[Page]:
    """The watched page, which must not ask the person anything either."""
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    yield page
    assert not asked


def filters_on_every_column(dataset: Dataset) -> View:
    """A filter on each hostile column, all of them off, and one that is on."""
    view = View()
    for column, dtype in dataset.originals.items():
        value = dataset.column(column).drop_nulls().first()
        view = view.where(column, "ge" if dtype.is_numeric() else "has", value)
    for index in range(len(view.filters)):
        view = view.toggled(index)
    return view.where("score", "ge", 2)


@pytest.mark.parametrize("path", menu())
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_at_two_widths(path: str, scheme: Literal["light", "dark"], hostile: Opened, calm: Page) -> None:
    """In the dark with a view, whose filters name hostile columns and values."""
    calm.emulate_media(color_scheme=scheme)
    view = filters_on_every_column(hostile.dataset) if scheme == "dark" else View()
    words = [f"{'' if f.enabled else 'off '}{cut(hostile.dataset.words_of(f), 120)}" for f in view]
    assert len(words) > 9 or scheme == "light"
    calm.goto(address(hostile.server, path, hostile.dataset, view))
    for width in (1400, 900):
        calm.set_viewport_size({"width": width, "height": 900})
        settled(calm, menu()[path])
        undamaged(calm)
        if path != "/open":
            expect(chips(calm)).to_have_text(words)


def test_names_given_by_people_stay_names(hostile: Opened, calm: Page) -> None:
    calm.goto(address(hostile.server, "/read", hostile.dataset))
    settled(calm, "Read & tag")
    row = read_row(calm, 0)
    widget(calm, "bulk").get_by_role("button").first.click()
    calm.get_by_text("Tags of this dataset").first.click()
    names = calm.get_by_label("Tags of this dataset")
    names.fill(TAG)
    calm.get_by_role("option", name=f"Add: {TAG}").click()
    names.press("Escape")
    tag = calm.locator(".reader").get_by_role("button", name=TAG)
    click_until(widget(calm, "save_tags").get_by_role("button"), tag)
    calm.keyboard.press("Escape")
    settled(calm, "Read & tag")
    calm.locator("h1").click()
    calm.keyboard.press("5")
    expect(tag).to_have_attribute("aria-pressed", "true")
    saved(calm)
    assert dataset_of(calm, hostile.home).column("tags").filter(hostile.dataset.column("row_id") == row).to_list() == [
        [TAG]
    ]
    widget(calm, "share").get_by_role("button").first.click()
    calm.get_by_label("Your name, stored with tags and views").fill(PERSON)
    calm.get_by_label("Your name, stored with tags and views").press("Enter")
    settled(calm, "Read & tag")
    calm.get_by_label("Name of this view").fill(VIEW)
    calm.get_by_role("button", name="Save", exact=True).click()
    expect(calm.get_by_text(PERSON, exact=False)).to_be_visible()
    undamaged(calm)
    view = View().where("tags", "has", TAG)
    for path, title in menu().items():
        calm.goto(address(hostile.server, path, hostile.dataset, view))
        settled(calm, title)
        if path != "/open":
            expect(chips(calm)).to_have_text([f"tags contains “{TAG}”"])
            widget(calm, "share").get_by_role("button").first.click()
            expect(calm.get_by_text(PERSON, exact=False)).to_be_visible()
        undamaged(calm)


def test_every_row_is_read_by_its_keys(hostile: Opened, calm: Page) -> None:
    calm.goto(address(hostile.server, "/read", hostile.dataset))
    settled(calm, "Read & tag")
    ids = hostile.dataset.column("row_id").to_list()
    for at, row in enumerate(ids):
        assert read_row(calm, at) == row
        calm.evaluate(PRESS, list("fx"))
        expect(calm.locator(".reader pre")).to_be_visible()
        calm.evaluate(PRESS, ["x"])
        undamaged(calm)
        calm.keyboard.press("j")


def test_hostile_columns_and_values_can_be_chosen(hostile: Opened, calm: Page) -> None:
    calm.goto(address(hostile.server, "/", hostile.dataset))
    settled(calm, "Overview")
    widget(calm, "add_filter").get_by_role("button").first.click()
    for column in ("source", "annotator", "<b onmouseover=window.__x=1>bold</b>", "{{7*7}} ${7*7} $\\sqrt{x}$", "=1+1"):
        choose(calm, "filter_column", column)
        choose(calm, "filter_op_text", "is one of")
        settled(calm, "Overview")
        undamaged(calm)
    choose(calm, "filter_column", "annotator")
    widget(calm, "filter_value_in_annotator").get_by_label("Value", exact=True).click()
    for name in hostile.dataset.column("annotator").unique():
        expect(calm.get_by_role("option", name=cut(name, 60))).to_be_visible()
    undamaged(calm)
    calm.get_by_role("option", name="[bob](http://evil.test/bob)").click()
    calm.keyboard.press("Escape")
    widget(calm, "filter_add").get_by_role("button").click()
    expect(chips(calm)).to_have_text(["annotator is [bob](http://evil.test/bob)"])
    undamaged(calm)


def test_a_label_shows_a_name_letter_by_letter(server: Callable[..., Server], calm: Page) -> None:
    calm.goto(server(script="tests/support/apps/label_app.py").url)
    settled(calm, "Labels")
    expect(calm.get_by_test_id("stPopover")).to_have_count(len(NAMES))
    for number, name in enumerate(NAMES):
        line = widget(calm, f"name_{number}")
        for kind in ("stText", "stMarkdown", "stButton", "stPopover"):
            assert line.get_by_test_id(kind).first.inner_text().replace(JOINER, "").partition("\n")[0] == cut(name), (
                kind,
                name,
            )
        assert line.locator("a, em, strong, code, img, .katex, li, h1, table").count() == 0, name
    undamaged(calm)


@pytest.mark.parametrize(
    "planted",
    [
        "<a href='http://evil.test/'>a</a>",
        "<a href='javascript:1'>a</a>",
        "<p onclick='1'>a",
        "<iframe></iframe>",
        "<p style='width: 3000px'>a",
        "<p style='position: fixed; inset: 0'>a",
        "<script>window.__x = 1</script>",
        "<style>h1 { margin-top: -99px }</style>",
    ],
)
def test_planted_damage_is_seen(planted: str, browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<h1>Overview</h1>")
    undamaged(page)
    page.set_content(f"<h1>Overview</h1>{planted}")
    with pytest.raises(AssertionError):
        undamaged(page, patience=0)
    page.close()
