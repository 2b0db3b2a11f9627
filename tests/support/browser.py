"""A real browser and a real server, and what both may never do: ask a foreign host, or log an error."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import ConsoleMessage, Page

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90  # a cold first import on a busy machine takes most of it
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOME_HOSTS = {"127.0.0.1", "localhost", ""}  # "" is the host of data:, blob: and about: addresses
HARMLESS = (
    # One inline script of Streamlit's own page, which the Content-Security-Policy blocks without visible effect.
    r"Executing inline script .*'sha256-THxz9J9\+wf7rhwR2YkXJoSZ13UCmYyC\+3lNDv2\+8ugA='",
    # Streamlit looks for the root of the server, beginning at the page's own path: /open/_stcore/health, then /_stcore/health.
    r"status of 404 .* at http://127\.0\.0\.1:\d+/\w+/_stcore/(health|host-config)$",
)


def find_chromium() -> str:
    """Path of the browser to drive: the environment's CHROMIUM if set, else the first known name on PATH.

    FileNotFoundError, one sentence, where there is none or where it does not answer to `--version`.
    """
    names = (
        [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else ["chromium", "chromium-browser", "google-chrome"]
    )
    for name in names:
        path = shutil.which(name)
        if path and subprocess.run([path, "--version"], capture_output=True, stdin=subprocess.DEVNULL).returncode == 0:
            return path
    raise FileNotFoundError(
        f"No working Chromium found as {', '.join(names)}: install chromium, or set CHROMIUM to a browser's path."
    )


class Server:
    """`streamlit run SCRIPT -- ARGS` on a free port of this machine, ready when the constructor returns."""

    def __init__(self, script: str | Path, args: tuple[str, ...], environ: Mapping[str, str], log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), "--", *args]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={"WINNOW_TOKEN": "off", **os.environ, **environ},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that stop() also ends the jobs the server started
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (URLError, TimeoutError, ConnectionError):
                pass
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"The server did not start within {START_SECONDS} s. Its log:\n{self.tail()}")

    def tail(self, lines: int = 60) -> str:
        """The last lines the server wrote, standard output and standard error together."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """End the server and everything it started. A second call does nothing."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


class Watch:
    """Every foreign request and every console error of a page and the pages it opens, from now on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self._harmless = list(HARMLESS)
        page.context.on("request", lambda request: self._address(request.url))
        page.context.on("console", self._console)
        page.context.on("weberror", lambda error: self.faults.append(f"uncaught error: {error.error}"))
        page.on("websocket", lambda channel: self._address(channel.url))

    def allow(self, pattern: str) -> None:
        """Console errors in which the regular expression is found are expected in this test."""
        self._harmless.append(pattern)

    def _address(self, url: str) -> None:
        if (urlsplit(url).hostname or "") not in HOME_HOSTS:
            self.faults.append(f"foreign request: {url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console error: {message.text} at {message.location.get('url')}")

    def check(self) -> None:
        """AssertionError with the list, if anything was seen that no pattern allows. A foreign request never is."""
        seen = [
            fault
            for fault in self.faults
            if fault.startswith("foreign") or not any(re.search(pattern, fault) for pattern in self._harmless)
        ]
        assert not seen, "\n".join(seen)


if __name__ == "__main__":  # `make test` asks before it begins: is there a browser?
    try:
        find_chromium()
    except FileNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
