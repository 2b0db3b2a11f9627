"""Can every page be read and used by everyone? axe-core finds nothing serious, and the focus can be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from analysis.computing import compute
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


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_page_has_a_serious_fault(
    scheme: Literal["light", "dark"], page: Page, home: Any, server: Callable[..., Server]
) -> None:
    dataset = Workspace(home).open([ROOT / "sample_data" / "preferences.jsonl"])
    for name in ("lengths", "structure", "exact_duplicates", "conflicts", "formatting"):
        compute(dataset, dataset.signal(name))
    winnow = server(home=home)
    page.emulate_media(color_scheme=scheme)
    faults = []
    for path, title in menu().items():
        page.goto(address(winnow, path, dataset))
        settled(page, title)
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in SERIOUS:
                faults += [f"{path}: {fault['id']}: {node['html'][:200]}" for node in fault["nodes"]]
        names = [name for name in page.evaluate(SAME_NAMES) if name not in OF_THE_LIBRARIES]
        faults += [f"{path}: several buttons have the name {name!r}" for name in names if not name.startswith("Page ")]
    assert not faults, "\n".join(faults)


def test_the_focus_of_a_menu_link_can_be_seen(page: Page, home: Any, server: Callable[..., Server]) -> None:
    dataset = Workspace(home).open([ROOT / "sample_data" / "preferences.jsonl"])
    page.goto(address(server(home=home), "/read", dataset))
    settled(page, "Read")
    link = page.get_by_role("navigation").get_by_role("link", name="Findings")
    for _ in range(6):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(link).to_be_focused()
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
