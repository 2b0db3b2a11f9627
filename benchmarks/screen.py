"""How long does a person wait for the Overview, for the next row in Read, and for what the palette finds?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.ground import Ground, Row, median, percentile_95
from benchmarks.pages import WAIT_MS, chromium, measured, settle
from tests.support.browser import Server

STARTS, MAX_PAINT_S = 3, 3
ROWS_READ, MAX_NEXT_MS = 60, 35
WORDS = ("beetroot", "kettle", "orchard", "ladder", "lettuce")
NEXT = """async ([rows]) => {
  const reader = () => document.querySelector(".reader") ?? [...document.querySelectorAll("*")].map(node =>
    node.shadowRoot?.querySelector(".reader")).find(Boolean);
  const found = [];
  for (let turn = 0; turn < rows; turn++) {
    const before = reader().dataset.at, started = performance.now();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", code: "KeyJ", bubbles: true, composed: true }));
    while (reader().dataset.at === before || !reader().dataset.row) await new Promise(requestAnimationFrame);
    found.push(performance.now() - started);
    await new Promise(done => setTimeout(done, 250));
  }
  return found;
}"""
LISTED = """async ([word]) => {
  const found = [], field = document.querySelector("dialog.palette input, dialog input[role=combobox]") ?? [...document.querySelectorAll("*")]
    .map(node => node.shadowRoot?.querySelector("dialog.palette input")).find(Boolean);
  for (let end = 1; end <= word.length; end++) {
    const started = performance.now();
    field.value = word.slice(0, end);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
    found.push(performance.now() - started);
  }
  return found;
}"""


def measure(ground: Ground) -> Iterator[Row]:
    """One server; each measurement in a page of its own. Columns that come by themselves are there before.

    What a click on the Overview takes and sends is measured with all pages, in `pages.py`.
    """
    ground.winnow("compute", ground.dataset)
    log = ground.home.parent / "screen.log"
    log.touch()
    with chromium() as browser:
        yield first_paint(ground, browser, log)
        server = serve(ground, log)
        try:
            yield next_row(ground, browser, server)
            yield from palette(ground, browser, server, log)
        finally:
            server.stop()


def serve(ground: Ground, log: Path) -> Server:
    """The program in the workspace of the measurements, timed by a stopwatch."""
    environ = {"WINNOW_HOME": str(ground.home), "WINNOW_BENCH_LOG": str(log)}
    return Server("benchmarks/timed_app.py", (), environ, ground.home.parent / "server.log")


def new_page(browser: Browser) -> Page:
    """An empty page in the usual size."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.set_default_timeout(WAIT_MS)
    return page


def first_paint(ground: Ground, browser: Browser, log: Path) -> Row:
    """From the address until the rows and the first finding are drawn, by a server that has read nothing yet."""
    seconds: list[float] = []
    burnt: list[float] = []
    for _ in range(STARTS):
        server = serve(ground, log)
        try:
            page = new_page(browser)
            page.goto(f"{server.url}/open")  # the program is imported, the data are not read
            page.locator("h1").wait_for()
            settle(page, log)
            page.wait_for_timeout(1_000)
            log.write_text("")
            page.goto(f"{server.url}/?d={ground.dataset}", wait_until="commit")
            started = page.evaluate("performance.timeOrigin")
            page.locator(".grid tbody tr").first.wait_for()
            page.locator('[class*="st-key-card_"]').first.wait_for()
            seconds.append((page.evaluate("Date.now()") - started) / 1_000)
            settle(page, log)
            burnt.append(sum(each.cpu_ms for each in measured(log)) / 1_000)
            page.close()
        finally:
            server.stop()
    taken = median(seconds)
    return Row(
        "Page Overview: until its rows and the first finding are drawn",
        f"{taken:.1f} s (of {STARTS} servers: {min(seconds):.1f} to {max(seconds):.1f} s; of the server's processor "
        f"{median(burnt):.1f} s)",
        f"≤ {MAX_PAINT_S} s",
        taken <= MAX_PAINT_S,
        {"seconds": taken, "cpu_s": median(burnt), "load": os.getloadavg()[0]},
    )


def next_row(ground: Ground, browser: Browser, server: Server) -> Row:
    """From the key J until the next row is drawn, in a person's rhythm of four rows a second."""
    page = new_page(browser)
    page.goto(f"{server.url}/read?d={ground.dataset}")
    page.locator('.reader:not([data-row=""])').wait_for()
    page.wait_for_timeout(3_000)
    times = page.evaluate(NEXT, [ROWS_READ])
    page.close()
    return Row(
        "Page Read: from J until the next row is drawn",
        f"median {median(times):.0f} ms, 95th percentile {percentile_95(times):.0f} ms ({ROWS_READ} rows, four a second)",
        f"median ≤ {MAX_NEXT_MS} ms",
        median(times) <= MAX_NEXT_MS,
        {"median_ms": median(times), "p95_ms": percentile_95(times)},
    )


def palette(ground: Ground, browser: Browser, server: Server, log: Path) -> Iterator[Row]:
    """From each letter until the list is drawn; from Enter until the server has answered with the rows that hold it."""
    page = new_page(browser)
    drawn: list[float] = []
    answers: list[list[float]] = []
    for word in WORDS:
        page.goto(f"{server.url}/?d={ground.dataset}")
        page.locator('[class*="st-key-card_"]').first.wait_for()
        settle(page, log)
        page.wait_for_timeout(2_000)
        page.locator("h1").click()
        page.keyboard.press("/")
        page.get_by_role("combobox", name="Find text, pages").wait_for()
        drawn += page.evaluate(LISTED, [word])
        log.write_text("")
        page.keyboard.press("Enter")
        settle(page, log)
        page.wait_for_timeout(150)
        answers.append([sum(each) for each in zip(*measured(log), strict=True)])
    page.close()
    yield Row(
        "Palette: from a letter until the list is drawn",
        f"median {median(drawn):.0f} ms, 95th percentile {percentile_95(drawn):.0f} ms ({len(drawn)} letters)",
        f"median ≤ {MAX_NEXT_MS} ms",
        median(drawn) <= MAX_NEXT_MS,
        {"median_ms": median(drawn), "p95_ms": percentile_95(drawn)},
    )
    times, burnt, sent = (list(each) for each in zip(*answers, strict=True))
    yield Row(
        "Palette: from Enter until the rows that hold a word are shown on Overview",
        f"median {median(times):.0f} ms, of the processor {median(burnt):.0f} ms, {max(sent):.0f} kB at most "
        f"({len(WORDS)} words, the first reads the texts from disk: {times[0]:.0f} ms)",
        "",
        None,
        {"median_ms": median(times), "cpu_ms": median(burnt), "max_kb": max(sent), "first_ms": times[0]},
    )
