"""Can every page be read and used by everyone? axe-core finds nothing serious, and the focus can be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.workspace import Workspace
from tests.support.browser import ROOT, Server
from tests.support.screen import address, menu, settled

pytestmark = pytest.mark.browser
SERIOUS = ("serious", "critical")
OF_THE_LIBRARIES = ("Open", "Help", "Download plot as a PNG", "Previous page", "Next page")
"""Buttons drawn by Streamlit and Plotly inside of a list, a help sign, a chart and a pager, which cannot be named: the
list, the sign, the chart and the pager have names of their own."""
SAME_NAMES = """() => {
  const buttons = new Map();
  for (const button of document.querySelectorAll('button')) {
    if (button.disabled || !button.offsetParent) continue;
    if (button.closest('[data-testid=stButtonGroup], [role=radiogroup], header, nav')) continue; // named with their group
    const seen = button.cloneNode(true);
    seen.querySelectorAll('[data-testid=stIconMaterial]').forEach(icon => icon.remove());
    const name = (button.getAttribute('aria-label') || seen.textContent).trim();
    buttons.set(name, (buttons.get(name) ?? 0) + 1);
  }
  return [...buttons].filter(([, many]) => many > 1).map(([name]) => name);
}"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


class Opened(NamedTuple):
    """A dataset, and a server of its workspace; both only looked at."""

    dataset: Dataset
    server: Server


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, server: Callable[..., Server]) -> Opened:
    home = tmp_path_factory.mktemp("home")
    dataset = Workspace(home).open([ROOT / "sample_data" / "preferences.jsonl"])
    for name in ("lengths", "structure", "exact_duplicates", "conflicts", "formatting"):
        compute(dataset, dataset.signal(name))
    return Opened(dataset, server(home=home))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_page_has_a_serious_fault(scheme: Literal["light", "dark"], page: Page, opened: Opened) -> None:
    page.emulate_media(color_scheme=scheme)
    faults = []
    for path, title in menu().items():
        page.goto(address(opened.server, path, opened.dataset))
        settled(page, title)
        violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
        for fault in violations:
            if fault["impact"] in SERIOUS:
                faults += [f"{path}: {fault['id']}: {node['html'][:200]}" for node in fault["nodes"]]
        names = [name for name in page.evaluate(SAME_NAMES) if name not in OF_THE_LIBRARIES]
        faults += [f"{path}: several buttons have the name {name!r}" for name in names if not name.startswith("Page ")]
    assert not faults, "\n".join(faults)


def test_the_focus_of_a_menu_link_can_be_seen(page: Page, opened: Opened) -> None:
    page.goto(address(opened.server, "/read", opened.dataset))
    settled(page, "Read")
    link = page.get_by_role("navigation").get_by_role("link", name="Findings")
    for _ in range(6):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(link).to_be_focused()
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_columns_stand_under_each_other_where_they_would_be_narrow(
    page: Page, home: Any, server: Callable[..., Server]
) -> None:
    dataset = Workspace(home).open([ROOT / "sample_data" / "instructions.jsonl"])
    for name in ("conflicts", "formatting"):
        compute(dataset, dataset.signal(name))
    winnow = server(home=home)
    for path, title, key in (("/conflicts", "Conflicts", "stacked_kinds"), ("/format", "Format", "stacked_noise")):
        for width, is_narrow in ((900, True), (1440, False)):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address(winnow, path, dataset))
            settled(page, title)
            columns = page.locator(f".st-key-{key} [data-testid=stColumn]")
            first, second = (columns.nth(number).bounding_box() for number in range(2))
            assert first and second
            assert (second["x"] == first["x"]) is is_narrow, (path, width)
            assert first["width"] > 400, (path, width)
