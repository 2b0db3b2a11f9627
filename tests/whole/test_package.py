"""Does `winnow` start the app and run the commands, and does the wheel hold all it needs outside the checkout?"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

import winnow.__main__ as command
from analysis import __version__

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data" / "instructions.jsonl"
IN_THE_WHEEL = ("app.py", "analysis", "pages", "ui")
BESIDES = {
    "sample_data/instructions.jsonl",
    "models/en_winnow_sm/meta.json",
    "models/README.md",
    ".streamlit/config.toml",
}
WAIT = 90  # seconds; a cold first import on a busy machine takes most of it


# The words of the command line


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], list[str]]]:
    """The options and files with which the server was started, instead of a server."""
    calls: list[tuple[list[str], list[str]]] = []
    monkeypatch.setattr(command, "_serve", lambda options, files: calls.append((options, files)))
    return calls


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    return int(ended.value.code or 0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_files_start_the_app_with_them(served: list[tuple[list[str], list[str]]], tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("a.jsonl", "b.jsonl")]
    for file in files:
        Path(file).write_text('{"text": "a"}\n')
    here = ["--server.address", "127.0.0.1"]
    for arguments, expected in (
        ([], []),
        ([files[0]], files[:1]),
        (["start", *files], files),
        ([str(tmp_path / "*.jsonl")], files),
    ):
        assert exit_code(*arguments) == 0
        assert served.pop() == (here, expected)


def test_a_folder_starts_the_app_with_its_configuration(
    served: list[tuple[list[str], list[str]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = "".join(f"- config_name: {name}\n  data_files: {name}.jsonl\n" for name in "ab")
    (tmp_path / "README.md").write_text(f"---\nconfigs:\n{names}---\n")
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text('{"text": "a"}\n')
    assert exit_code(str(tmp_path)) == 2 and served == []
    assert capsys.readouterr().err == f"{tmp_path} has 2 configurations (a, b); choose one with --config NAME.\n"
    assert exit_code(str(tmp_path), "--config", "b") == 0
    assert served.pop()[1] == ["--config=b", str(tmp_path)]
    assert exit_code(str(tmp_path), "--config", "b", "--split", "train") == 2 and served == []
    assert "has no split 'train'; it names none; open it without --split" in capsys.readouterr().err


def test_options_are_handed_to_the_server(served: list[tuple[list[str], list[str]]]) -> None:
    port = free_port()
    assert exit_code(str(SAMPLE), "--port", str(port), "--address", "::1", "--allow-host", "winnow.example.org") == 0
    hosts = ["localhost", "127.0.0.1", "winnow.example.org"]
    allowed = [word for host in hosts for word in ("--server.allowedHosts", host)]
    printed = ["--browser.serverAddress", "winnow.example.org"]
    assert served == [(["--server.address", "::1", "--server.port", str(port), *allowed, *printed], [str(SAMPLE)])]


def test_a_file_called_like_a_command_is_named_with_its_folder(
    served: list[tuple[list[str], list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("open").write_text('{"text": "a"}\n')
    assert exit_code("./open") == 0
    assert served[0][1] == ["./open"]
    assert exit_code("open") == 2, "without a folder it is the command, which needs a file"
    assert len(served) == 1


def test_commands_are_those_of_the_analysis(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("open", str(SAMPLE), "--json") == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 1200
    assert exit_code("--version") == 0
    assert capsys.readouterr().out == f"winnow {__version__}\n"
    assert exit_code("--help") == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("winnow FILE", " start ", " open ", " compute ", " replay ", "--version"))


def test_what_cannot_be_started_is_said_in_one_line(
    served: list[tuple[list[str], list[str]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, message in (
            (["opne"], "There is no file and no command 'opne'; `winnow --help` lists the commands."),
            ([str(tmp_path)], f"The folder {tmp_path} holds no file of data (jsonl, "),
            ([str(tmp_path / "*.csv")], f"No file matches '{tmp_path / '*.csv'}'; check the folder and the pattern."),
            (["table", str(SAMPLE), "--columns", "colour"], "instructions.jsonl has no column colour; it has: "),
            (["--port", port], f"The server cannot listen on 127.0.0.1, port {port} (Address already in use); "),
        ):
            assert exit_code(*arguments) == 2
            said = capsys.readouterr()
            assert said.out == "" and said.err.startswith(message) and said.err.count("\n") == 1
    assert served == []


# The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the files in this checkout, built from a copy, so that no folder `build` is left here."""
    copy, folder = tmp_path_factory.mktemp("copy") / "winnow", tmp_path_factory.mktemp("wheel")
    left_out = shutil.ignore_patterns(".git", ".venv", "build", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, copy, ignore=left_out)
    pip("wheel", "--no-build-isolation", "--wheel-dir", folder, copy)
    return next(folder.glob("winnow-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it and the packages of this one; the folder of its programs."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    paths = sysconfig.get_paths("venv", {"base": str(folder), "platbase": str(folder)})
    packages = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    Path(paths["purelib"], "packages.pth").write_text("\n".join(packages) + "\n")
    pip("--python", folder, "install", wheel)
    return Path(paths["scripts"])


def pip(*arguments: str | Path) -> None:
    at = next((i for i, word in enumerate(arguments) if word in ("wheel", "install")), 0) + 1
    words = [*arguments[:at], "--no-deps", "--no-index", "--quiet", *arguments[at:]]
    done = subprocess.run([sys.executable, "-m", "pip", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder outside the checkout with a file to open, and with modules named as parts of Winnow are."""
    folder = tmp_path / "elsewhere"
    (folder / "sample_data").mkdir(parents=True)
    shutil.copy(SAMPLE, folder / "sample_data")
    for name in ("analysis.py", "ui.py", "app.py", "streamlit.py"):
        (folder / name).write_text("raise RuntimeError('a module of the folder one works in was imported')\n")
    return folder


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "STREAMLIT_", "WINNOW_"))
    }
    return {**kept, "WINNOW_HOME": str(home), "WINNOW_TOKEN": "off"}


@pytest.mark.slow
def test_the_wheel_holds_the_program_and_one_top_level_name(wheel: Path) -> None:
    names = [name for name in ZipFile(wheel).namelist() if not name.endswith("/")]
    assert {name.split("/")[0] for name in names} == {"winnow", f"winnow-{__version__}.dist-info"}
    program = {name.removeprefix("winnow/program/") for name in names if name.startswith("winnow/program/")}
    expected = {
        path.relative_to(ROOT).as_posix()
        for part in IN_THE_WHEEL
        for path in [ROOT / part, *(ROOT / part).rglob("*")]
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected <= program
    assert {name for name in program if name.split("/")[0] in IN_THE_WHEEL} == expected
    assert program >= BESIDES and "winnow/py.typed" in names


@pytest.mark.slow
def test_commands_work_outside_the_checkout(installed: Path, elsewhere: Path, environ: dict[str, str]) -> None:
    def run(*arguments: str) -> str:
        done = subprocess.run(
            [installed / "winnow", *arguments], cwd=elsewhere, env=environ, capture_output=True, text=True, timeout=WAIT
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("--version") == f"winnow {__version__}\n"
    assert json.loads(run("open", "sample_data/instructions.jsonl", "--json"))["rows"] == 1200
    assert " rows" in run("verbs", "sample_data/instructions.jsonl"), "by the language pipeline that comes along"


@pytest.fixture
def address(installed: Path, elsewhere: Path, environ: dict[str, str]) -> Iterator[str]:
    """The address of the app as the installed `winnow FILE` started it in another folder."""
    port = free_port()
    log = elsewhere / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [installed / "winnow", "sample_data/instructions.jsonl", "--port", str(port)],
            cwd=elsewhere, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + WAIT
        while not answers(f"http://127.0.0.1:{port}/_stcore/health"):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, TimeoutError, ConnectionError):
        return False


def websocket_status(address: str, host: str) -> int:
    """How a request for the app's WebSocket is answered that names this host."""
    connection = HTTPConnection(address.removeprefix("http://"), timeout=10)
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    connection.request(
        "GET",
        "/_stcore/stream",
        headers={"Host": host, "Origin": f"http://{host}", "Connection": "Upgrade", "Upgrade": "websocket", **key},
    )
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.slow
@pytest.mark.browser
def test_the_installed_app_gives_its_first_page(address: str, page: Page) -> None:
    with urlopen(address, timeout=10) as answer:
        assert answer.status == 200 and b"<title>" in answer.read()
        assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert websocket_status(address, "localhost") == 101
    assert websocket_status(address, "evil.test") == 403, "server.allowedHosts of the configuration that comes along"
    page.goto(address)
    expect(page.get_by_role("status").get_by_text("1,200", exact=True)).to_be_visible(timeout=WAIT * 1000)
    page.goto(f"{address}/open")
    page.get_by_role("button", name="Preferences").click()
    expect(page.get_by_role("status").get_by_text("400", exact=True)).to_be_visible(timeout=WAIT * 1000)
