"""Makes pictures of the pages: those of the README, or every page in every state.

`python -m docs.make_screenshots` writes the two pictures of the README, `docs/images/overview-*.png`.
`python -m docs.make_screenshots --all FOLDER` writes every page of the menu with nothing open, 20 rows, each kind of
sample data and the hostile rows, light and dark, 1440 and 900 pixels wide: `page-state-scheme-width.png`.
`--large FILE` adds a dataset of one's own, or `--rows 1000000` one of so many made rows; `--only findings,read` takes
only these pages, `--states small,large` only these states. What failed is printed at the end and ends it with code 1:
a page that was not drawn, an error in the browser, text that is cut off. Look at the pictures before a change of the
screen is done. It needs what the browser tests need: the packages of requirements-dev.txt and a Chromium.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

from benchmarks.data import make
from tests.support.browser import FLAGS, ROOT, Server, Watch, find_chromium
from tests.support.screen import menu, settled, undamaged

STATES = ("nothing", "small", "instructions", "chats", "preferences", "hostile", "large")
SCHEMES = ("light", "dark")
WIDTHS = (1440, 900)  # CSS pixels
HEIGHT = 900  # CSS pixels
SMALL = 20  # rows
ASKED_FOR = {"instructions": ("map", "clusters")}  # signals that are computed besides those that come by themselves
IMAGES = ROOT / "docs" / "images"


@dataclass(frozen=True)
class Picture:
    """One picture: the address and title of the page, the state of the workspace, the scheme, and CSS pixels."""

    state: str
    scheme: str
    width: int
    path: str
    title: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{self.path[1:] or 'overview'}-{self.state}-{self.scheme}-{self.width}.png"


def main() -> None:
    """Reads the command line and writes the pictures it asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page in every state, into this folder")
    parser.add_argument("--large", type=Path, metavar="FILE", help="with --all: also this dataset")
    parser.add_argument("--rows", type=int, default=0, help="with --all: also a dataset of so many made rows")
    parser.add_argument("--only", default="", help="with --all: only these pages, by their addresses")
    parser.add_argument("--states", default="", help=f"with --all: only these of {', '.join(STATES)}")
    parser.add_argument("--homes", type=Path, metavar="FOLDER", help="keeps the workspaces here, for the next run")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        homes = asked.homes or Path(scratch)
        homes.mkdir(parents=True, exist_ok=True)
        if asked.all:
            large = asked.large or (make(homes, asked.rows).path if asked.rows else None)
            states = chosen(asked.states, STATES if large else STATES[:-1])
            only = chosen(asked.only, [path[1:] or "overview" for path in menu()])
            pictures = plan({path: title for path, title in menu().items() if (path[1:] or "overview") in only}, states)
            faults = take(pictures, {state: file_of(state, homes, large) for state in states}, homes, asked.all)
        else:
            pictures = [Picture("instructions", scheme, WIDTHS[0], "/", "Overview") for scheme in SCHEMES]
            files = {"instructions": file_of("instructions", homes, None)}
            faults = take(pictures, files, homes, IMAGES, {each: f"overview-{each.scheme}.png" for each in pictures})
    if faults:
        sys.exit("\n".join([f"{len(faults)} of {len(pictures)} failed:", *faults]))


def chosen(text: str, known: Collection[str]) -> list[str]:
    """The words between the commas, all that are known where there are none; ends the program at an unknown one."""
    words = text.split(",") if text else list(known)
    if unknown := [word for word in words if word not in known]:
        sys.exit(f"Unknown: {', '.join(unknown)}. Known: {', '.join(known)}.")
    return words


def plan(pages: Mapping[str, str], states: Collection[str]) -> list[Picture]:
    """All pictures of these pages (titles by address), in the order in which they are taken: state by state."""
    looks = product(states, SCHEMES, WIDTHS, pages.items())
    return [Picture(state, scheme, width, path, title) for state, scheme, width, (path, title) in looks]


def file_of(state: str, folder: Path, large: Path | None) -> Path | None:
    """The file that is open in that state, written into the folder where it is made; null where nothing is open."""
    if state in ("nothing", "large"):
        return large if state == "large" else None
    if state != "small":
        return ROOT / "sample_data" / f"{state}.jsonl"
    lines = (ROOT / "sample_data" / "instructions.jsonl").read_text("utf-8").splitlines(keepends=True)
    small = folder / "small.jsonl"
    small.write_text("".join(lines[:SMALL]), "utf-8")
    return small


def take(
    pictures: Collection[Picture],
    files: Mapping[str, Path | None],
    homes: Path,
    into: Path,
    names: Mapping[Picture, str] | None = None,
) -> list[str]:
    """Takes the pictures, each state in a workspace of its own; a line for each that failed."""
    into.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for state, of_state in groupby(pictures, lambda each: each.state):
            server = started(homes, state, files[state])
            try:
                for picture, page in drawn(browser, server, list(of_state), files[state] is not None):
                    target = into / (names or {}).get(picture, picture.name)
                    faults.extend(f"{target.name}: {fault}" for fault in taken(page, picture, target))
                    sys.stdout.write(f"{target}\n")
                    sys.stdout.flush()
            finally:
                server.stop()
        browser.close()
    return faults


def started(homes: Path, state: str, file: Path | None) -> Server:
    """The program in the workspace of that state, with the columns computed that come by themselves."""
    environ = {"WINNOW_HOME": str(homes / state)}
    arguments = [str(file)] if file else []
    if file:
        asked_for: tuple[str, ...] = ASKED_FOR.get(state, ())
        for signals in ((), asked_for):  # without a name: those that take seconds
            command = [sys.executable, "-m", "analysis", "compute", str(file), *signals]
            subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, check=True, stdout=subprocess.DEVNULL)
    return Server("app.py", tuple(arguments), environ, homes / f"{state}.log")


def drawn(
    browser: Browser, server: Server, pictures: Collection[Picture], is_open: bool
) -> Iterator[tuple[Picture, Page]]:
    """Each picture with its page, whose address was called."""
    for (scheme, width), of_look in groupby(pictures, lambda each: (each.scheme, each.width)):
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        query = opened(context.new_page(), server) if is_open else ""
        for picture in of_look:
            page = context.new_page()
            page.goto(f"{server.url}{picture.path}{query}")
            yield picture, page
            page.close()
        context.close()


def taken(page: Page, picture: Picture, target: Path) -> list[str]:
    """Takes the picture, also of a page that failed; what was wrong with it, a line each."""
    watch = Watch(page)
    faults: list[str] = []
    try:
        settled(page, picture.title)
        page.wait_for_timeout(3_000)  # fonts and the last charts
        undamaged(page, patience=5)
        watch.check()
    except (AssertionError, BrowserError) as error:
        faults.append(" ".join(str(error).split())[:300])
    page.screenshot(path=target)
    return faults


def opened(page: Page, server: Server) -> str:
    """Waits until the file of the command line is open; the query of an address that names it."""
    page.goto(server.url)
    expect(page.locator(".view-bar")).to_be_visible(timeout=600_000)
    page.wait_for_url("**d=*")
    query = page.url.partition("?")[2]
    page.close()
    return f"?{query}"


if __name__ == "__main__":
    main()
