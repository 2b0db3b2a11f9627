"""How long until the first chart, how long does the server work per click, and how much does it send?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import polars as pl
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from analysis.workspace import Workspace
from benchmarks.formatting import noisy
from benchmarks.ground import Ground, Row, median, percentile_95
from benchmarks.planted_map import plant
from tests.support.browser import FLAGS, Server, find_chromium
from tests.support.screen import menu

STARTS, VISITS = 3, 20
MAX_START_S, MAX_RERUN_MS, MAX_CLICK_KB = 5, 80, 150
MAX_MAP_MS, MAX_MAP_KB, MAX_MAP_OPENING_KB = 150, 200, 1_500  # of the map, which sends 15,000 places
MAX_COUNTED_MS = 120  # of pages whose tables are counted over many columns, once these are there
COUNTED = ("slices", "compare", "annotators", "conflicts", "duplicates")
WAIT_MS = 60_000
PIECE_ROWS = 20_000  # verbs and nouns are found in so many rows, and repeated for the others
FILTERS = (  # each is switched on by a click and off by a later one, so that every click shows other rows
    "source~in~forum",
    "row_tokens~range~50~200",
    "annotator~in~ann_03~ann_07~ann_11",
    "score~ge~3",
    "response_chars~gt~300",
    "created_at~range~2025-03~2025-09",
    "is_duplicate_extra~eq~false",
    "source~in~tutor~crowd",
    "user_id~lt~500000",
    "prompt_words~le~20",
    "annotator~ne~ann_05",
    "score~in~1~5",
    "row_chars~range~200~600",
)


class Click(NamedTuple):
    """The server's time for a click, and the kilobytes that it sent."""

    ms: float
    cpu_ms: float
    kb: float


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


class Look(NamedTuple):
    """One measured page: its position in the menu, file, title in the table, dataset, and the parameters of its link."""

    number: int
    name: str
    title: str
    dataset: str
    more: tuple[tuple[str, str], ...] = ()


def first_chart(ground: Ground) -> Iterator[Row]:
    """From the start of the server's process until the first chart is on Overview; the browser is already open."""
    ground.compute_all()
    seconds = []
    with chromium() as browser:
        for _ in range(STARTS):
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            started = time.perf_counter()
            server = Server("app.py", (), {"WINNOW_HOME": str(ground.home)}, ground.home.parent / "server.log")
            try:
                page.goto(f"{server.url}/?d={ground.dataset}", timeout=WAIT_MS)
                page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=WAIT_MS)
                seconds.append(time.perf_counter() - started)
            finally:
                server.stop()
                page.close()
    taken = median(seconds)
    yield Row(
        "First chart of an opened dataset after `streamlit run`",
        f"{taken:.1f} s (of {STARTS} starts: {min(seconds):.1f} to {max(seconds):.1f} s)",
        f"≤ {MAX_START_S} s",
        taken <= MAX_START_S,
        {"seconds": taken},
    )


def reruns(ground: Ground) -> Iterator[Row]:
    """Clicks on every page; the server's stopwatch measures times and bytes."""
    ground.compute_all()
    repeat_pairs(ground)
    plant(Workspace(ground.home).dataset(ground.dataset))
    shown: dict[str, tuple[Any, ...]] = {
        "format": ("Format, every second answer noisy", with_noise(ground)),
        "compare": ("Compare, with all rows", ground.dataset, (("b", ""),)),
    }
    log = ground.home.parent / "reruns.log"
    log.touch()
    environ = {"WINNOW_HOME": str(ground.home), "WINNOW_BENCH_LOG": str(log)}
    server = Server("benchmarks/timed_app.py", (), environ, ground.home.parent / "server.log")
    try:
        with chromium() as browser:
            pages = [(path.strip("/"), title) for path, title in menu().items()]  # the first one is shown at /
            looks = [Look(n, name, *shown.get(name, (title, ground.dataset))) for n, (name, title) in enumerate(pages)]
            verbs = next(number for number, (name, _) in enumerate(pages) if name == "verbs")
            looks[verbs] = Look(verbs, "verbs", f"Verbs, pairs of {PIECE_ROWS:,} rows repeated", ground.dataset)
            against = (("against", "all rows"),)
            looks.insert(verbs + 1, Look(verbs, "verbs", "Verbs, the same against all rows", ground.dataset, against))
            for number, name, title, dataset, more in looks:
                page = browser.new_page(viewport={"width": 1400, "height": 900})
                page.set_default_timeout(WAIT_MS)
                address = f"{server.url}/{name if number else ''}"
                others = (pages[number - 1][1], pages[number][1])
                bars = {"map": (MAX_MAP_MS, MAX_MAP_KB)} | dict.fromkeys(COUNTED, (MAX_COUNTED_MS, MAX_CLICK_KB))
                most = bars.get(name, (MAX_RERUN_MS, MAX_CLICK_KB))
                yield from clicks(page, address, [("d", dataset), *more], title, others, log, *most)
                if name == "findings":
                    yield choices(page, log)
                page.close()
    finally:
        server.stop()


def repeat_pairs(ground: Ground) -> None:
    """Writes the columns of the signal verb_noun: computed for the first rows, and repeated for all others.

    Computing them for a million rows takes minutes and is measured elsewhere; here only their number matters.
    """
    piece = ground.planted.clean.with_name("piece.jsonl")
    with ground.planted.clean.open("rb") as lines, piece.open("wb") as out:
        out.writelines(line for _, line in zip(range(PIECE_ROWS), lines, strict=False))
    _, opened = ground.winnow("open", str(piece))
    ground.winnow("compute", str(opened["id"]), "verb_noun")
    whole, part = (Workspace(ground.home).dataset(id) for id in (ground.dataset, str(opened["id"])))
    found = pl.read_parquet(part.path(part.signal("verb_noun"))).drop("row_id")
    repeated = pl.concat([found] * -(-whole.height // found.height)).head(whole.height)
    columns = whole.column("row_id").to_frame().hstack(repeated)
    columns.write_parquet(whole.path(whole.signal("verb_noun")))
    Workspace(ground.home).forget(part)


def with_noise(ground: Ground) -> str:
    """The id of a dataset of the same rows with noise in every second answer, with the noise counted."""
    path = ground.planted.path.with_name("noisy.jsonl")
    noisy(path, ground.planted.rows)
    _, opened = ground.winnow("open", str(path))
    ground.winnow("compute", str(opened["id"]), "tokens", "formatting")
    return str(opened["id"])


def clicks(
    page: Page,
    address: str,
    asked: Sequence[tuple[str, str]],
    title: str,
    others: Sequence[str],
    log: Path,
    most_ms: float,
    most_kb: float,
) -> Iterator[Row]:
    """Opens a page with all filters switched off, then clicks on them in turn: switches one on and the one before off.

    A page without filters is opened from another page: `others` holds the titles of both.
    """
    off = [text.replace("~", "~!", 1) for text in FILTERS]
    log.write_text("")
    page.goto(f"{address}?{urlencode([*asked, *(('f', text) for text in off)])}")
    settle(page, log)
    page.wait_for_timeout(2_000)  # the browser may ask for sizes or a theme once more
    opening, opening_kb = measured(log)[0].ms, sum(each.kb for each in measured(log))
    chips = page.locator(".view-bar .chip .words")
    if title != "Open":
        chips.nth(len(FILTERS) - 1).wait_for(timeout=WAIT_MS)
    if chips.count():
        targets = [
            chips.nth(n) for pair in zip(range(1, len(FILTERS)), range(len(FILTERS)), strict=False) for n in pair
        ]
        log.write_text("")
        chips.nth(0).click()
        settle(page, log)
        what = "filters switched"
    else:
        targets = [page.get_by_role("link", name=name, exact=True) for _ in range(VISITS) for name in others]
        what = "visits from another page"
    first = ""
    if most_ms == MAX_COUNTED_MS:
        found = clicked([target for target in targets for _ in range(3)], page, log)  # there, back, there again
        first = f"; {median([each.ms for each in found[::3]]):.0f} ms where the view was new"
        found, sent = [each for number, each in enumerate(found) if number % 3], [each.kb for each in found]
    else:
        found = clicked(targets, page, log)
        found = found if chips.count() else found[1::2]
        sent = [each.kb for each in found]
    times, burnt = [each.ms for each in found], median([each.cpu_ms for each in found])
    yield Row(
        f"Page {title}: server time per click",
        f"median {median(times):.0f} ms, of the processor {burnt:.0f} ms, 95th percentile {percentile_95(times):.0f} ms "
        f"({len(times)} {what}; opening the page {opening:,.0f} ms{first})",
        f"median ≤ {most_ms} ms",
        median(times) <= most_ms,
        {"median_ms": median(times), "cpu_ms": burnt, "p95_ms": percentile_95(times), "opening_ms": opening},
    )
    yield Row(
        f"Page {title}: sent to the browser per click",
        f"median {median(sent):.0f} kB, at most {max(sent):.0f} kB",
        f"≤ {most_kb} kB",
        max(sent) <= most_kb,
        {"median_kb": median(sent), "max_kb": max(sent)},
    )
    if most_kb == MAX_MAP_KB:
        yield Row(
            f"Page {title}: sent to the browser at first",
            f"{opening_kb:,.0f} kB",
            f"≤ {MAX_MAP_OPENING_KB:,} kB",
            opening_kb <= MAX_MAP_OPENING_KB,
            {"opening_kb": opening_kb},
        )


def choices(page: Page, log: Path) -> Row:
    """Clicks on the findings of the list in turn, each at least twice; their rows were read the first time."""
    lines = page.locator(".findings .line")
    lines.first.wait_for(timeout=WAIT_MS)
    listed = [lines.nth(number) for number in range(min(lines.count(), VISITS))]
    new, seen = clicked(listed, page, log), clicked(listed, page, log)
    times, burnt = [each.ms for each in seen], median([each.cpu_ms for each in seen])
    return Row(
        "Page Findings: server time to show another finding",
        f"median {median(times):.0f} ms, of the processor {burnt:.0f} ms, 95th percentile {percentile_95(times):.0f} ms "
        f"({len(listed)} findings; {median([each.ms for each in new]):.0f} ms where the finding was new)",
        f"median ≤ {MAX_RERUN_MS} ms",
        median(times) <= MAX_RERUN_MS,
        {"median_ms": median(times), "cpu_ms": burnt, "p95_ms": percentile_95(times)},
    )


def clicked(targets: Sequence[Locator], page: Page, log: Path) -> list[Click]:
    """The cost of each click, including all reruns it caused."""
    found = []
    for target in targets:
        log.write_text("")
        target.click()
        settle(page, log)
        page.wait_for_timeout(150)
        found.append(Click(*map(sum, zip(*measured(log), strict=True))))
    return found


def settle(page: Page, log: Path) -> None:
    """Waits until the stopwatch has written a finished interaction. Raises RuntimeError after a minute."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not measured(log):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{page.url} did not finish within {WAIT_MS // 1000} s.")
        page.wait_for_timeout(20)


def measured(log: Path) -> list[Click]:
    """Each interaction that the stopwatch has written since the log was emptied."""
    lines = [line.split() for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [Click(float(ms), float(cpu_ms), int(sent) / 1000) for ms, cpu_ms, sent in lines]
