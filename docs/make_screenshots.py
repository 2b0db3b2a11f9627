"""Makes pictures of the pages: those of the README, or every page in every state.

`python -m docs.make_screenshots` writes the two pictures of the README, `docs/images/overview-*.png`.
`python -m docs.make_screenshots --all FOLDER` writes every page of the menu with nothing open, 20 rows and the sample
data, light and dark, 1440 and 900 pixels wide, in all about 200 pictures; `--rows 1000000` adds that many made rows,
and `--only findings,read` takes only these pages. Look at them before a change of the screen is done.
It needs what the browser tests need: the packages of requirements-dev.txt and a Chromium.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.data import make
from tests.support.browser import FLAGS, ROOT, Server, find_chromium
from tests.support.screen import menu, settled

SAMPLES = ("instructions", "chats", "preferences")
IMAGES = ROOT / "docs" / "images"
SCHEMES = ("light", "dark")
WIDTHS = (1440, 900)  # CSS pixels
HEIGHT = 900  # CSS pixels
SMALL = 20  # rows


def main() -> None:
    """Reads the command line and writes the pictures it asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page in every state, into this folder")
    parser.add_argument("--rows", type=int, default=0, help="with --all: also a dataset of so many made rows")
    parser.add_argument("--only", default="", help="with --all: only these pages, by their addresses")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        if asked.all:
            asked.all.mkdir(parents=True, exist_ok=True)
            only = asked.only.split(",") if asked.only else [path[1:] for path in menu()]
            paths = {path: title for path, title in menu().items() if path[1:] in only}
            for state, files in datasets(Path(folder), asked.rows):
                take_all(browser, Path(folder) / state, state, files, paths, asked.all)
        else:
            take_all(browser, Path(folder) / "readme", "", [sample("instructions")], {"/": "Overview"}, IMAGES)
        browser.close()


def sample(name: str) -> Path:
    """The file of the sample dataset of that name."""
    return ROOT / "sample_data" / f"{name}.jsonl"


def datasets(folder: Path, rows: int) -> Iterator[tuple[str, list[Path]]]:
    """The states of the pages: a name, and the file that is open; none for an empty workspace."""
    yield "nothing", []
    small = folder / "small.jsonl"
    small.write_text("".join(sample("instructions").read_text("utf-8").splitlines(keepends=True)[:SMALL]), "utf-8")
    yield "small", [small]
    for name in SAMPLES:
        yield name, [sample(name)]
    if rows:
        yield f"{rows}", [make(folder, rows).path]


def take_all(browser: Browser, home: Path, state: str, files: list[Path], paths: dict[str, str], into: Path) -> None:
    """Opens the file in a workspace of its own, computes what a page asks for, and takes a picture of each page.

    A picture is `page-state-scheme-width.png`, or `overview-scheme.png` for the README, where `state` is empty.
    """
    environ = {"WINNOW_HOME": str(home)}
    for file in files:
        command = [sys.executable, "-m", "analysis", "compute", str(file)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, check=True)
    home.parent.mkdir(exist_ok=True)
    server = Server("app.py", tuple(map(str, files)), environ, home.parent / f"server-{state}.log")
    try:
        for scheme, width in product(SCHEMES, WIDTHS if state else WIDTHS[:1]):
            context = browser.new_context(
                viewport={"width": width, "height": HEIGHT},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            page = context.new_page()
            query = opened(page, server) if files else ""
            for path, title in paths.items():
                page.goto(f"{server.url}{path}{query}")
                settled(page, title)
                page.wait_for_timeout(3_000)  # fonts and the last charts
                name = path[1:] or "overview"
                target = into / (f"{name}-{state}-{scheme}-{width}.png" if state else f"{name}-{scheme}.png")
                page.screenshot(path=target)
                sys.stdout.write(f"{target}: {target.stat().st_size // 1000} kB\n")
            context.close()
    finally:
        server.stop()


def opened(page: Page, server: Server) -> str:
    """Waits until the file of the command line is open; the query of an address that names it."""
    page.goto(server.url)
    expect(page.locator(".view-bar")).to_be_visible(timeout=600_000)
    page.wait_for_url("**d=*")
    return f"?{page.url.partition('?')[2]}"


if __name__ == "__main__":
    main()
