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
from tests.browser import ROOT, Server, Watch
from tests.screen import PRESS, address, chips, computed, dataset_of, menu, read_row, saved, settled, undamaged, widget
from ui.text import cut

pytestmark = pytest.mark.browser

NAME = "<img src=x onerror=window.__x=1>![a](http:⁄⁄evil.test⁄1)${7*7} :red[x] `b` **c**.jsonl"
TAG = "<img src=x onerror=window.__x=1>![t](http://evil.test/t)"
VIEW = "[v](javascript:window.__x=1) ![v](http://evil.test/v) :red[v]"
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
    page.get_by_label("Files, several as one dataset").click()
    page.get_by_role("option").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Read as instruction from jsonl")).to_be_visible()
    settled(page, "Open")
    undamaged(page)
    widget(page, "go").get_by_role("button").click()
    page.wait_for_url("**d=*", timeout=60_000)
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


@pytest.mark.parametrize("path", menu())
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_at_two_widths(path: str, scheme: Literal["light", "dark"], hostile: Opened, calm: Page) -> None:
    calm.emulate_media(color_scheme=scheme)
    view = View().where("score", "ge", 2) if scheme == "dark" else None
    calm.goto(address(hostile.server, path, hostile.dataset, view))
    for width in (1400, 900):
        calm.set_viewport_size({"width": width, "height": 900})
        settled(calm, menu()[path])
        undamaged(calm)


def test_filters_on_hostile_columns_show_their_words(hostile: Opened, calm: Page) -> None:
    view = View()
    for column, dtype in hostile.dataset.originals.items():
        value = hostile.dataset.column(column).drop_nulls().first()
        view = view.where(column, "ge" if dtype.is_numeric() else "has", value)
    off = view
    for index in range(len(view.filters)):
        off = off.toggled(index)
    for path, title in menu().items():
        calm.goto(address(hostile.server, path, hostile.dataset, off))
        settled(calm, title)
        undamaged(calm)
        if path != "/open":
            expect(chips(calm)).to_have_text([f"off {cut(f.sentence, 120)}" for f in off])
