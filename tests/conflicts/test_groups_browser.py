"""In a real browser: is every slice, cell and annotator one click from its rows, and do two sides meet on Compare?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from analysis.computing import compute
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.browser import ROOT, Server
from tests.support.screen import address, dataset_of, go, same_rows, settled, undamaged, view_of, widget

pytestmark = pytest.mark.browser


def chart(page: Page, key: str) -> Locator:
    return page.locator(f'[class*="st-key-{key}_"] .js-plotly-plot')


def test_from_a_slice_to_its_rows_and_against_the_rest(
    server: Callable[..., Server], page: Page, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    dataset = Workspace(home).open([ROOT / "sample_data" / "instructions.jsonl"])
    for name in ("lengths", "exact_duplicates", "times", "sessions", "consensus", "conflicts"):
        compute(dataset, dataset.signal(name))
    running = server(home=home)
    page.goto(address(running, "/", dataset))
    settled(page, "Overview")
    go(page, "Slices")
    widget(page, "keep_slice").get_by_role("button").click()
    expect(page.locator(".view-bar .chip .words")).to_have_count(1)
    kept = view_of(page)
    assert 0 < same_rows(page, home) < 1200
    widget(page, "compare_slices").get_by_role("button").click()
    settled(page, "Compare")
    assert view_of(page) == kept
    expect(page.get_by_text("all other rows: ", exact=False)).to_be_visible()
    undamaged(page)

    page.goto(f"{running.url}/slices?d={dataset.id}&by=source&and=annotator")
    settled(page, "Slices")
    grid = chart(page, "grid_mean")
    grid.scroll_into_view_if_needed()
    box = grid.locator(".nsewdrag").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 16, box["y"] + box["height"] / 14)  # the first of 8 by 7 cells
    expect(page.locator(".view-bar .chip .words")).to_have_count(2)
    assert {f.column for f in view_of(page)} == {"source", "annotator"}
    assert same_rows(page, home) == len(dataset_of(page, home).rows_of(view_of(page))) > 0

    page.goto(address(running, "/annotators", dataset, View()))
    settled(page, "Annotators")
    expect(page.get_by_text("2 annotators stand out", exact=False)).to_be_visible()
    undamaged(page)
    go(page, "Conflicts")
    expect(page.get_by_text("A number differs.", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Keep this, drop the others").first.click()
    expect(page.get_by_text("Tag “drop”: 1 row changed.", exact=False)).to_be_visible()
    widget(page, "undo_change").get_by_role("button").click()
    expect(page.get_by_text("Undone: tags of 1 row.")).to_be_visible()
    undamaged(page)
