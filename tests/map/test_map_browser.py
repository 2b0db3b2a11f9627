"""In a real browser: is a map made on request, does a drawn area keep all rows in it, and do points, cards and names work?"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from analysis.computing import compute
from analysis.map.cards import cluster_cards
from analysis.view import View
from analysis.workspace import Workspace
from benchmarks.planted_topics import planted_topics
from tests.support.browser import ROOT, Server
from tests.support.screen import (
    DEADLINE,
    address,
    chips,
    counted,
    dataset_of,
    go,
    same_rows,
    settled,
    undamaged,
    until,
    view_of,
    widget,
)

pytestmark = pytest.mark.browser
DRAWING_MS = 2_000  # the chart is drawn by its own library, once more after the page has settled
PLACE_OF_A_POINT = """() => {
  const chart = document.querySelector('[class*="st-key-map_"] .js-plotly-plot'), full = chart._fullData, axes = chart._fullLayout;
  const trace = full.findLast(one => one.type === "scattergl" && one._length), field = chart.querySelector(".nsewdrag").getBoundingClientRect();
  return [field.x + axes.xaxis.d2p(trace.x[0]), field.y + axes.yaxis.d2p(trace.y[0])];
}"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the one server of this file."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def running(server: Callable[..., Server], home: Path) -> Server:
    return server(home=home)


def field(page: Page) -> dict[str, float]:
    """Where the map lies on the screen, once it is drawn."""
    drawn: Locator = page.locator('[class*="st-key-map_"] .js-plotly-plot .nsewdrag').first
    expect(drawn).to_be_visible()
    box = drawn.bounding_box()
    assert box
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def overlap(one: FloatRect, other: FloatRect) -> bool:
    """Whether two boxes on the screen share a place."""
    beside = one["x"] >= other["x"] + other["width"] or other["x"] >= one["x"] + one["width"]
    above = one["y"] >= other["y"] + other["height"] or other["y"] >= one["y"] + one["height"]
    return not (beside or above)


def draw(page: Page, corners: list[tuple[float, float]]) -> None:
    """Drags the mouse along these corners, given as shares of the map's width and height."""
    box = field(page)
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def test_areas_points_cards_and_names(running: Server, home: Path, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "topics.jsonl"
    planted = planted_topics(rows=40)
    file.write_text("".join(json.dumps({"prompt": made.text, "response": "An answer."}) + "\n" for made in planted))
    dataset = Workspace(home).open([file])
    for name in ("embedding", "neighbours", "map", "clusters"):
        compute(dataset, dataset.signal(name))
    everything = dataset.rows_of(View())
    cards = cluster_cards(dataset, everything)
    page.goto(address(running, "/", dataset))
    settled(page, "Overview")
    go(page, "Map")
    undamaged(page)

    field(page)
    page.wait_for_timeout(DRAWING_MS)
    names = page.locator('[class*="st-key-map_"] .annotation-text').all()
    boxes = [box for name in names if (box := name.bounding_box())]
    assert len(boxes) > 3 and not any(overlap(a, b) for a, b in combinations(boxes, 2))
    x, y = page.evaluate(PLACE_OF_A_POINT)
    said = widget(page, "map_hover").locator(".said")

    def answers() -> bool:
        page.mouse.move(x - 40, y - 40)
        page.mouse.move(x, y, steps=4)
        page.wait_for_timeout(700)
        return said.is_visible() and "row " in said.inner_text()

    until(answers, "a point's row being said")
    assert any(made.text[:60] in said.inner_text() for made in planted)

    draw(page, [(0.1, 0.1), (0.9, 0.1), (0.5, 0.9), (0.1, 0.1)])
    expect(chips(page)).to_have_count(1)
    (drawn,) = view_of(page)
    assert (drawn.column, drawn.op) == ("map_place", "within") and 2 <= drawn.value.count(";") < 64
    assert 0 < same_rows(page, home) < len(planted)

    page.goto(address(running, "/map", dataset))
    settled(page, "Map")
    field(page)
    page.wait_for_timeout(DRAWING_MS)
    page.locator('.modebar-btn[data-val="select"]').click()
    draw(page, [(0.03, 0.03), (0.5, 0.3), (0.97, 0.5)])
    expect(chips(page)).to_have_count(1)
    assert next(iter(view_of(page))).value.count(";") == 3
    upper = same_rows(page, home)
    assert 0 < upper < len(planted)

    page.goto(address(running, "/map", dataset))
    settled(page, "Map")
    first = cards.row(0, named=True)
    widget(page, f"rename_cluster_{first['cluster']}").get_by_role("button").first.click()
    own = widget(page, f"name_cluster_{first['cluster']}").get_by_role("textbox")
    own.fill("<b>Ours</b> ![x](http://evil.test/x.png)")
    own.press("Tab")
    widget(page, f"save_name_cluster_{first['cluster']}").get_by_role("button").click()
    expect(page.locator('[class*="st-key-map_"] .annotation-text', has_text="<b>Ours</b>")).to_have_count(1)
    widget(page, f"keep_cluster_{first['cluster']}").get_by_role("button").click()
    expect(chips(page)).to_have_text([f"cluster is {first['cluster']} (<b>Ours</b> ![x](http://evil.test/x.png))"])
    counted(page, first["rows"])
    undamaged(page)


def test_a_map_is_made_on_request(running: Server, home: Path, page: Page) -> None:
    dataset = Workspace(home).open([ROOT / "sample_data" / "hostile.jsonl"])
    page.goto(f"{running.url}/map?{urlencode({'d': dataset.id})}")
    settled(page, "Map")
    expect(page.get_by_text("No map of these rows is made yet")).to_be_visible()
    undamaged(page)
    page.get_by_text("Words and letters (coarse, no model)").click()
    settled(page, "Map")
    widget(page, "make_map").get_by_role("button").click()
    until(lambda: dataset_of(page, home).has(dataset_of(page, home).signal("clusters")), "making the map", 4 * DEADLINE)
    expect(page.locator('[class*="st-key-map_"] .js-plotly-plot')).to_be_visible()
    settled(page, "Map")
    undamaged(page)
