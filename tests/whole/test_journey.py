"""Do the ways people go through Winnow hold together in a real browser, from the first click to the exported file?"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from analysis.annotations import open_annotations
from analysis.computing import compute, progress
from analysis.workspace import Workspace
from tests.support.browser import ROOT, Server, Watch
from tests.support.screen import (
    address,
    chips,
    choose,
    computed,
    counted,
    dataset_of,
    go,
    read_row,
    same_rows,
    saved,
    settled,
    undamaged,
    until,
    view_of,
    widget,
)

pytestmark = pytest.mark.browser
INSTRUCTIONS = ROOT / "sample_data" / "instructions.jsonl"
LONG_ROWS = 120_000


@dataclass(frozen=True)
class Winnow:
    """A server, its workspace, and the folder whose files may be opened."""

    server: Server
    home: Path
    folder: Path

    @property
    def url(self) -> str:
        return self.server.url


@pytest.fixture(scope="module")
def winnow(server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Winnow:
    """One server for this file, with one small and one long file to open."""
    folder, home = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("home")
    return Winnow(server(home=home, data_dirs=folder), home, folder)


@pytest.fixture
def second(browser: Browser) -> Iterator[Page]:
    """A tab of another browser, which shares nothing with the first but the link."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    watching = Watch(context.new_page())
    yield watching.page
    context.close()
    watching.check()


def button(page: Page, key: str) -> Locator:
    return widget(page, key).get_by_role("button").first


def chart(page: Page, key: str) -> Locator:
    """A chart of that key, whichever of its selections have been used up."""
    return page.locator(f'[class*="st-key-{key}_"] .js-plotly-plot')


def drag(page: Page, plot: Locator, begin: float, end: float) -> None:
    """Drags over a plot between two shares of its width."""
    plot.scroll_into_view_if_needed()
    box = plot.locator(".nsewdrag").first.bounding_box()
    assert box
    x, y, width = box["x"], box["y"] + box["height"] / 2, box["width"]
    page.mouse.move(x + begin * width, y)
    page.mouse.down()
    page.mouse.move(x + (begin + end) / 2 * width, y, steps=4)
    page.mouse.move(x + end * width, y, steps=4)
    page.mouse.up()


def click_bar(page: Page, plot: Locator, number: int) -> None:
    """Clicks the bar of the rows in view that is so many from the top."""
    plot.scroll_into_view_if_needed()
    bars = plot.locator(".barlayer .trace").last.locator(".point path")
    box = bars.nth(bars.count() - 1 - number).bounding_box()
    assert box
    page.mouse.click(box["x"] + min(box["width"] / 2, 4), box["y"] + box["height"] / 2)


def has_chips(page: Page, title: str, *words: str | re.Pattern[str]) -> None:
    expect(chips(page)).to_have_text(list(words))
    settled(page, title)


def test_from_the_first_click_to_a_link_that_shows_the_same(
    winnow: Winnow, server: Callable[..., Server], page: Page, second: Page
) -> None:
    winnow = replace(winnow, server=server(home=winnow.home, data_dirs=winnow.folder, checks=60))
    page.goto(winnow.url)
    settled(page, "Overview")
    expect(page.locator("link[rel*=icon]").first).to_have_attribute("href", re.compile("^data:image/png;base64,"))
    button(page, "sample_instructions").click()
    counted(page, 1200)
    computed(dataset_of(page, winnow.home))
    expect(page.locator(".st-key-numbers").get_by_text("tokens in the median row")).to_be_visible()
    settled(page, "Overview")

    drag(page, chart(page, "hist_row_tokens"), 0.3, 0.6)
    length = re.compile(r"^row_tokens is from \d+ to under \d+$")
    has_chips(page, "Overview", length)
    dragged = same_rows(page, winnow.home)
    assert 0 < dragged < 1200
    click_bar(page, chart(page, "bars_source"), 0)
    has_chips(page, "Overview", length, re.compile("^source is "))
    both = same_rows(page, winnow.home)
    assert 0 < both < dragged
    click_bar(page, chart(page, "bars_source"), 1)
    has_chips(page, "Overview", length, re.compile("^source is .+, .+"))
    assert both < same_rows(page, winnow.home) < dragged
    page.get_by_role("button", name="Undo the last change of the view").click()
    has_chips(page, "Overview", length, re.compile("^source is [^,]+$"))
    assert same_rows(page, winnow.home) == both

    chips(page).nth(0).click()
    has_chips(page, "Overview", re.compile("^off row_tokens"), re.compile("^source is "))
    assert same_rows(page, winnow.home) > both
    chips(page).nth(0).click()
    has_chips(page, "Overview", length, re.compile("^source is "))
    assert same_rows(page, winnow.home) == both
    page.get_by_role("button", name=re.compile("^Remove: row_tokens")).click()
    has_chips(page, "Overview", re.compile("^source is "))
    page.get_by_role("button", name="Undo the last change of the view").click()
    has_chips(page, "Overview", length, re.compile("^source is "))
    page.get_by_role("button", name="Redo").click()
    has_chips(page, "Overview", re.compile("^source is "))
    page.get_by_placeholder("Search any text …").fill("the")
    page.get_by_placeholder("Search any text …").press("Enter")
    has_chips(page, "Overview", re.compile("^source is "), "any text contains “the”")
    searched = same_rows(page, winnow.home)
    assert 10 < searched < 1200
    page.go_back()
    page.go_forward()
    view = view_of(page)

    go(page, "Read")
    counted(page, searched)
    assert view_of(page) == view
    dataset = dataset_of(page, winnow.home)
    expected = dataset.frame(["row_id"], dataset.rows_of(view))["row_id"].to_list()
    for at in range(10):
        assert read_row(page, at) == expected[at]
        if at < 9:
            page.keyboard.press("j")
    expect(page.locator(".reader mark.hit").first).to_be_visible()
    for key in ("1", "k", "2", "k", "1", "3"):
        page.keyboard.press(key)
    saved(page)
    given = {expected[9]: ["keep"], expected[8]: ["drop"], expected[7]: ["fix", "keep"]}
    tags = dataset_of(page, winnow.home).frame(["row_id", "tags"])
    assert {row: list(names) for row, names in tags.iter_rows() if len(names)} == given

    expect(page).to_have_url(re.compile(f"row={expected[7]}"))
    button(page, "share").click()
    link = page.get_by_test_id("stCode").inner_text().strip()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied. Opens row 8 with 2 filters.")).to_be_visible()
    page.keyboard.press("Escape")
    button(page, "views").click()
    page.get_by_label("Name of this view").fill("long ones")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="long ones")).to_be_visible()
    undamaged(page)
    second.goto(link)
    settled(second, "Read")
    counted(second, searched)
    assert view_of(second) == view
    pressed = second.locator('.reader .tags [aria-pressed="true"]')
    assert read_row(second, 7) == expected[7]  # the row that was read when the link was made
    for _ in range(7):
        second.keyboard.press("k")
    for at in range(10):
        assert read_row(second, at) == expected[at]
        expect(pressed).to_have_count(len(given.get(expected[at], [])))
        second.keyboard.press("j")

    second.get_by_role("button", name="Remove all filters").click()
    counted(second, 1200)
    button(second, "views").click()
    second.get_by_role("button", name="long ones").click()
    counted(second, searched)
    assert view_of(second) == view
    undamaged(second)


def test_an_export_can_be_made_again_from_its_receipt(winnow: Winnow, page: Page, tmp_path: Path) -> None:
    dataset = Workspace(winnow.home).open([INSTRUCTIONS])
    page.goto(f"{address(winnow.server, '/export', dataset)}&f=source~eq~tutor")
    settled(page, "Export")
    choose(page, "to", "messages: role and content")
    settled(page, "Export")
    rows = same_rows(page, winnow.home)
    button(page, "go_export").click()
    files = page.get_by_test_id("stDownloadButton")
    expect(files).to_have_count(3)
    settled(page, "Export")
    undamaged(page)
    got = {}
    for index in range(3):
        with page.expect_download() as downloaded:
            files.nth(index).get_by_role("button").click()
        got[downloaded.value.suggested_filename] = Path(downloaded.value.path()).read_bytes()
    data = next(name for name in got if name.endswith(".jsonl"))
    assert {"README.md", "receipt.json"} < set(got)
    receipt = json.loads(got["receipt.json"])
    assert (
        receipt["rows_out"]
        == got[data].count(b"\n")
        == int(page.locator("h3").first.inner_text().split()[0].replace(",", ""))
        <= rows
    )
    assert all(json.loads(line)["messages"][-1]["role"] == "assistant" for line in got[data].splitlines())
    (tmp_path / "receipt.json").write_bytes(got["receipt.json"])
    command = shlex.split(page.get_by_test_id("stCode").filter(has_text=" replay ").inner_text())
    assert command[:4] == ["python", "-m", "winnow", "replay"]
    ran = subprocess.run(
        [
            sys.executable,
            *command[1:4],
            str(tmp_path / "receipt.json"),
            str(INSTRUCTIONS),
            "--out",
            str(tmp_path / "again"),
        ],
        cwd=ROOT,
        env={**os.environ, "WINNOW_HOME": str(tmp_path / "elsewhere")},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == got


def test_what_is_cleaned_or_taken_out_on_export_is_the_rows_in_view(
    winnow: Winnow, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINNOW_HOME", str(winnow.home))  # personal data is known by the workspace's own key
    dataset = Workspace(winnow.home).open([INSTRUCTIONS])
    for name in ("tokens", "formatting", "personal_data"):
        compute(dataset, dataset.signal(name))
    for path, title, key in (("/format", "Format", "clean_kind"), ("/personal_data", "Personal data", "to_redaction")):
        page.goto(f"{address(winnow.server, path, dataset)}&f=source~in~web_crawl&noise=urls~prompt")
        settled(page, title)
        rows = same_rows(page, winnow.home)
        button(page, key).click()
        has_chips(page, "Export", "source is web_crawl")
        assert same_rows(page, winnow.home) == rows and dataset_of(page, winnow.home).id == dataset.id
        expect(page.locator("h3").first).to_contain_text(f"of {dataset.height:,} rows will be exported")
    expect(widget(page, "redact")).to_contain_text("E-mail address")


def test_the_overview_counts_and_its_table_opens_a_row_in_the_reader(winnow: Winnow, page: Page) -> None:
    dataset = Workspace(winnow.home).open([INSTRUCTIONS])
    for name in ("lengths", "tokens", "structure", "exact_duplicates", "times"):
        compute(dataset, dataset.signal(name))
    page.goto(f"{address(winnow.server, '/', dataset)}&f=source~eq~tutor")
    settled(page, "Overview")
    rows = same_rows(page, winnow.home)
    view = view_of(page)
    wanted = {
        "rows": rows,
        "tokens (tekken)": dataset.frame(["row_tokens"], dataset.rows_of(view))["row_tokens"].sum(),
        "exact duplicates": len(dataset.rows_of(view.where("is_duplicate_extra", "eq", "true"))),
        "empty responses": len(dataset.rows_of(view.where("response", "blank"))),
        "unreadable records": 0,
    }
    for name, number in wanted.items():
        expect(page.locator(".st-key-numbers").get_by_text(f"{number:,} {name}", exact=True)).to_be_visible()

    def dropped() -> set[str]:
        with open_annotations(winnow.home) as notes:
            standing = notes.tags.standing(dataset.fingerprint)
        return set(standing.filter(pl.col("tags").list.contains("drop"))["row_id"])

    table = page.locator(".grid")
    table.get_by_role("button", name="Open row 3", exact=True).click()
    ids = dataset.frame(["row_id"], dataset.rows_of(view))["row_id"]
    assert read_row(page, 2) == ids[2] and f"row={ids[2]}" in page.url
    settled(page, "Overview")
    button(page, "close_row").click()
    expect(page.locator(".reader")).to_have_count(0)

    table.get_by_role("button", name="score", exact=True).click()
    table.get_by_role("button", name="Sort all rows: Largest first").click()
    page.wait_for_url("**sort=score*")
    expect(table.locator("th[aria-sort=descending]")).to_have_text(re.compile("score"))
    scores = dict(dataset.frame(["row_id", "score"], dataset.rows_of(view)).iter_rows())
    best = max(score for score in scores.values() if score is not None)
    expect(table.locator("tbody tr").first).to_have_attribute("data-row", next(r for r in scores if scores[r] == best))
    shown = table.locator("tbody tr").evaluate_all("rows => rows.map(row => row.dataset.row)")

    before = dropped()  # by another journey in the same workspace
    table.get_by_label("Select row 2", exact=True).click()
    table.get_by_label("Select row 4", exact=True).click(modifiers=["Shift"])
    expect(table.locator(".count")).to_have_text("3 selected")
    table.get_by_label("Tag the selected rows").select_option("drop")
    expect(page.get_by_text(re.compile("^Tag “drop”: 3 rows changed"))).to_be_visible()
    settled(page, "Overview")
    expect(table.locator(".count")).to_have_text("3 selected")
    assert dropped() - before == set(shown[1:4])
    table.get_by_role("button", name="Read", exact=True).click()
    settled(page, "Read")
    counted(page, 3)


def test_a_file_is_uploaded_and_its_roles_are_changed(winnow: Winnow, page: Page, tmp_path: Path) -> None:
    rows = [
        {
            "ask": f"What is {i} + {i}?",
            "answer_a": f"It is {i + i}.",
            "answer_b": f"Certainly! {i + i}",
            "team": "xy"[i % 2],
        }
        for i in range(30)
    ]
    (tmp_path / "sums.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "no record\n")
    page.goto(f"{winnow.url}/open")
    settled(page, "Open")
    page.locator('input[type="file"]').set_input_files(tmp_path / "sums.jsonl")
    expect(page.get_by_text(re.compile("^Read as .*, 30 rows$"))).to_be_visible()
    settled(page, "Open")
    button(page, "go").click()
    settled(page, "Overview")
    go(page, "Open")
    dataset = dataset_of(page, winnow.home)
    assert (dataset.name, dataset.height, dataset.meta["unreadable"]) == ("sums.jsonl", 30, 1)
    expect(page.get_by_role("heading", name="1 record could not be read")).to_be_visible()
    choose(page, f"now_{dataset.id}_add", "source")
    page.keyboard.press("Escape")
    settled(page, "Open")
    for role, column in (("prompt", "ask"), ("response", "answer_b"), ("source", "team")):
        choose(page, f"now_{dataset.id}_{role}", column)
        settled(page, "Open")
    button(page, "change_roles").click()
    page.wait_for_url(lambda url: f"d={dataset.id}" not in url)
    settled(page, "Open")
    changed = dataset_of(page, winnow.home)
    assert {"prompt": "ask", "response": "answer_b", "source": "team"}.items() <= changed.roles.items()
    go(page, "Read")
    assert read_row(page, 0) == changed.column("row_id")[0]
    expect(page.locator(".reader .assistant .text")).to_have_text("Certainly! 0")


def test_a_link_to_data_that_has_changed_says_so(winnow: Winnow, page: Page) -> None:
    file = winnow.folder / "growing.jsonl"
    file.write_text('{"instruction": "a", "output": "b"}\n')
    dataset = Workspace(winnow.home).open([file])
    page.goto(address(winnow.server, "/", dataset))
    counted(page, 1)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    file.write_text('{"instruction": "a", "output": "b"}\n{"instruction": "c", "output": "d"}\n')
    page.reload()
    counted(page, 1)
    expect(page.get_by_text("The source file has changed since it was opened")).to_be_visible()
    newer = Workspace(winnow.home).open([file])
    Workspace(winnow.home).forget(dataset)
    page.goto(address(winnow.server, "/", dataset).replace("?", "?n=growing.jsonl&"))
    counted(page, 2)
    expect(page.get_by_text("This link was made for other data with the same name.")).to_be_visible()
    assert dataset_of(page, winnow.home).id == newer.id


def test_a_long_computation_is_seen_by_all_stopped_and_gone_on_with(winnow: Winnow, page: Page, second: Page) -> None:
    words = INSTRUCTIONS.read_text(encoding="utf-8").split()
    file = winnow.folder / "long.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for i in range(LONG_ROWS):
            begin = i * 37 % (len(words) - 80)
            row = {
                "instruction": f"{i} " + " ".join(words[begin : begin + 20]),
                "output": " ".join(words[begin + 20 : begin + 80]),
            }
            out.write(json.dumps(row) + "\n")
    dataset = Workspace(winnow.home).open([file])
    tokens = dataset.signal("tokens")
    parts = dataset.folder / f"{tokens.key}.parts"
    page.goto(address(winnow.server, "/lengths", dataset))
    second.goto(address(winnow.server, "/", dataset))
    settled(page, "Lengths")
    settled(second, "Overview")
    page.get_by_role("button", name="Compute tokens").click()
    for tab in (page, second):
        expect(tab.get_by_text(re.compile("^Computing tokens"))).to_be_visible()
    until(lambda: len(list(parts.glob("*.parquet"))) > 0, "the first part")
    second.get_by_role("button", name="Stop").click()
    go_on = page.get_by_role("button", name="Continue computing tokens")
    expect(go_on).to_be_visible()
    assert not dataset.has(tokens)
    kept = {path.name: path.stat().st_mtime_ns for path in parts.glob("*.parquet")}
    state = progress(dataset, tokens)
    assert kept and state and 0 < state.done < LONG_ROWS
    go(second, "Read")  # other pages go on working
    read_row(second, 0)
    go_on.click()
    until(lambda: dataset.has(tokens) or len(list(parts.glob("*.parquet"))) > len(kept), "going on")
    assert (
        dataset.has(tokens)
        or kept.items() <= {path.name: path.stat().st_mtime_ns for path in parts.glob("*.parquet")}.items()
    )
    until(lambda: dataset.has(tokens), "the rest of the tokens")
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    settled(page, "Lengths")
    assert dataset.column("row_tokens").null_count() == 0
    undamaged(page)


def test_files_named_at_the_start_are_opened(server: Callable[..., Server], page: Page, tmp_path: Path) -> None:
    names = ["-first one.jsonl", "second.jsonl"]
    for name in names:
        (tmp_path / name).write_text('{"instruction": "a", "output": "b"}\n' * 2)
    running = server(*(tmp_path / name for name in names), home=tmp_path / "home")
    page.goto(running.url)
    counted(page, 4)
    assert dataset_of(page, tmp_path / "home").name == "-first one.jsonl and 1 more"
    go(page, "Lengths")
    counted(page, 4)
