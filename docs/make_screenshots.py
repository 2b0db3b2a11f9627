"""Makes the pictures of the README: the page Overview of the sample instructions, light and dark.

`python -m docs.make_screenshots` starts the app with a workspace of its own and writes `docs/images/overview-*.png`.
It needs what the browser tests need: the packages of requirements-dev.txt and a Chromium.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import FLAGS, ROOT, Server, find_chromium

SAMPLE = ROOT / "sample_data" / "instructions.jsonl"
FOLDER = ROOT / "docs" / "images"
SCHEMES = ("light", "dark")
WIDTH, HEIGHT = 1440, 900  # CSS pixels


def main() -> None:
    """Writes one picture per colour scheme."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environ = {"WINNOW_HOME": str(Path(folder) / "home")}
        command = [sys.executable, "-m", "analysis", "compute", str(SAMPLE)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, check=True)
        server = Server("app.py", (str(SAMPLE),), environ, Path(folder) / "server.log")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
                for scheme in SCHEMES:
                    take(browser, server.url, scheme)
                browser.close()
        finally:
            server.stop()


def take(browser: Browser, url: str, scheme: str) -> None:
    """Writes the first screen of the page at `url` as `overview-<scheme>.png`. `scheme`: "light" or "dark"."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.get_by_text("in view", exact=False).last.wait_for(timeout=60_000)
    page.locator(".js-plotly-plot").nth(3).wait_for(timeout=60_000)
    page.wait_for_timeout(3_000)  # fonts and the last charts
    path = FOLDER / f"overview-{scheme}.png"
    page.screenshot(path=path)
    context.close()
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
