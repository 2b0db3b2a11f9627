"""How long from the start of the program with one's own rows until the first findings are on the screen?"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser

from benchmarks.ground import Ground, Row, median
from benchmarks.pages import WAIT_MS, chromium
from tests.support.browser import Server

ROWS, STARTS, MAX_S = 50_000, 3, 60
CARD = '[class*="st-key-card_"]'


class Seen(NamedTuple):
    """Seconds from the start of the server: until the rows of the file are on the screen, the first finding, and until
    all is computed that fits into the budget; how many checks were done then, as the page says it."""

    rows: float
    finding: float
    all: float
    tally: str


def measure(ground: Ground) -> Iterator[Row]:
    """Starts the program with a file of 50,000 rows in an empty workspace; the browser is already open."""
    with tempfile.TemporaryDirectory(prefix="winnow-first-") as folder, chromium() as browser:
        file = Path(folder) / "own.jsonl"
        with ground.planted.path.open("rb") as lines, file.open("wb") as out:
            out.writelines(itertools.islice(lines, ROWS))
        seen = [start(browser, file, Path(folder) / f"home-{turn}") for turn in range(STARTS)]
    taken = median([each.finding for each in seen])
    yield Row(
        f"First findings of {ROWS:,} own rows after `streamlit run`",
        f"{taken:.1f} s (of {STARTS} starts: {min(s.finding for s in seen):.1f} to {max(s.finding for s in seen):.1f} s; "
        f"the rows after {median([s.rows for s in seen]):.1f} s)",
        f"≤ {MAX_S} s",
        taken <= MAX_S,
        {"seconds": taken, "rows_seconds": median([s.rows for s in seen])},
    )
    whole = median([each.all for each in seen])
    yield Row(
        "The same until all is computed that starts by itself",
        f"{whole:.0f} s ({seen[-1].tally})",
        numbers={"seconds": whole},
    )


def start(browser: Browser, file: Path, home: Path) -> Seen:
    """One start in a workspace that is removed again."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(WAIT_MS * 5)
    begun = time.perf_counter()
    environ = {"WINNOW_HOME": str(home), "WINNOW_CHECKS": "60"}
    server = Server("app.py", (str(file),), environ, file.with_name("server.log"))
    try:
        page.goto(server.url)
        page.locator(".st-key-numbers").wait_for()
        rows = time.perf_counter() - begun
        page.locator(CARD).first.wait_for()
        finding = time.perf_counter() - begun
        page.locator(".st-key-stop_checks").wait_for(state="detached")
        tally = page.get_by_text("checks done").first.inner_text()
        return Seen(rows, finding, time.perf_counter() - begun, tally)
    finally:
        server.stop()
        page.close()
        shutil.rmtree(home, ignore_errors=True)
