"""What a stranger can try against the server: foreign hosts, pages of other addresses, no token, a call to the outside.

Each attack is sent over a real socket to the real server, which must refuse it before Streamlit sees it.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.browser import ROOT, Server
from ui.server import token as tokens
from ui.server.callers import host_of, is_own_name, is_own_page
from ui.server.listening import is_loopback

PATHS = (
    "/",
    "/read",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/upload_file/a/b",
    "/media/a.png",
    "/static/js/index.js",
    "/no-such-page",
)
FOREIGN_HOSTS = (
    "evil.test",
    "localhost.evil.test:{port}",
    "127.0.0.1.evil.test",
    "127.0.0.1:{port}@evil.test",
    "evil.test#127.0.0.1",
    "10.0.0.1:{port}",
    "",
)
FOREIGN_ORIGINS = (
    "http://evil.test",
    "https://evil.test",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://localhost:{port}",
    "http://127.0.0.1:{port}.evil.test",
    "http://127.0.0.1:{port}@evil.test",
    "http://evil.test/127.0.0.1:{port}",
    "file://127.0.0.1:{port}",
    "null",
    "",
)
SECRET = "a-token-of-this-test"
WAIT = 60.0  # seconds


@pytest.fixture(scope="module")
def open_server(server: Callable[..., Server]) -> Server:
    return server()


@pytest.fixture(scope="module")
def guarded(server: Callable[..., Server]) -> Server:
    return server(token=SECRET)


def port_of(server: Server) -> int:
    port = urlsplit(server.url).port
    assert port is not None
    return port


def ask(port: int, path: str, *, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    """The answer to one request with exactly these headers; `Host` is the server's own if not given."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": f"127.0.0.1:{port}", **headers}.items():
        line.putheader(name, value)
    line.endheaders()
    return line.getresponse()


def handshake(port: int, origin: str | None, **headers: str) -> int:
    """The status of the answer to a web socket's request; 101 where it is opened."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    try:
        with connect(address, origin=origin, additional_headers=headers, proxy=None, open_timeout=20):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as error:
        return error.response.status_code


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_name_is_refused_on_every_path(open_server: Server, host: str, path: str) -> None:
    answer = ask(port_of(open_server), path, Host=host.format(port=port_of(open_server)))
    assert answer.status == 403
    assert b"host name" in answer.read()


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_page_of_another_address_is_refused(open_server: Server, origin: str) -> None:
    origin = origin.format(port=port_of(open_server))
    assert handshake(port_of(open_server), origin) == 403
    for path in PATHS:
        assert ask(port_of(open_server), path, Origin=origin).status == 403
    assert ask(port_of(open_server), "/_stcore/upload_file/a/b", method="PUT", Origin=origin).status == 403


def test_a_web_socket_that_does_not_say_whose_it_is_is_refused(open_server: Server) -> None:
    assert handshake(port_of(open_server), None) == 403


def test_the_own_page_and_a_command_line_are_answered(open_server: Server) -> None:
    assert handshake(port_of(open_server), open_server.url) == 101
    assert ask(port_of(open_server), "/", Origin=open_server.url).status == 200
    assert ask(port_of(open_server), "/").status == 200
    assert ask(port_of(open_server), "/", Host=f"LocalHost:{port_of(open_server)}").status == 200


def test_numbers_about_the_server_are_not_told(open_server: Server) -> None:
    for path in ("/_stcore/metrics", "/_stcore/metrics/"):
        assert ask(port_of(open_server), path).status == 404


def test_every_answer_has_the_whole_policy(open_server: Server) -> None:
    host = f"127.0.0.1:{port_of(open_server)}"
    answers = [ask(port_of(open_server), path) for path in ("/", "/_stcore/health", "/_stcore/metrics")]
    answers += [ask(port_of(open_server), "/", Origin="http://evil.test")]
    for answer in answers:
        assert answer.getheader("content-security-policy") == (
            "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
            "script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval' blob:; worker-src 'self' blob:; frame-src 'none'; "
            "object-src 'none'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'; "
            f"connect-src 'self' ws://{host} wss://{host}"
        )
        assert answer.getheader("x-content-type-options") == "nosniff"
        assert answer.getheader("referrer-policy") == "no-referrer"
    refused = ask(port_of(open_server), "/", Host="evil.test; script-src *").getheader("content-security-policy")
    assert refused is not None and refused.endswith("; connect-src 'self'") and "evil" not in refused


def test_without_the_token_nothing_is_answered(guarded: Server) -> None:
    for path in (*PATHS, "/?token=wrong", "/?token="):
        if path == "/_stcore/health":
            assert ask(port_of(guarded), path).status == 200
            continue
        answer = ask(port_of(guarded), path)
        assert answer.status == (404 if path == "/_stcore/metrics" else 403)
        assert SECRET.encode() not in answer.read()
    assert handshake(port_of(guarded), guarded.url) == 403
    assert handshake(port_of(guarded), guarded.url, Cookie=f"winnow_token_{port_of(guarded)}=wrong") == 403
    assert handshake(port_of(guarded), guarded.url, Cookie=f"winnow_token_1={SECRET}") == 403
    assert b"<h1>Winnow asks for a token</h1>" in ask(port_of(guarded), "/").read()


def test_the_token_becomes_a_cookie_of_this_port_and_leaves_the_address(guarded: Server) -> None:
    answer = ask(port_of(guarded), f"/read?d=x&token={SECRET}&f=a%7Eeq%7Eb+c&f=&row=1")
    assert answer.status == 303
    assert answer.getheader("location") == "/read?d=x&f=a~eq~b+c&f=&row=1"
    cookie = f"winnow_token_{port_of(guarded)}={SECRET}"
    assert answer.getheader("set-cookie") == f"{cookie}; HttpOnly; Path=/; SameSite=lax"
    assert ask(port_of(guarded), "/", Cookie=cookie).status == 200
    assert handshake(port_of(guarded), guarded.url, Cookie=cookie) == 101
    assert handshake(port_of(guarded), "http://127.0.0.1:1", Cookie=cookie) == 403
    assert ask(port_of(guarded), f"//evil.test/?token={SECRET}").getheader("location") == "/evil.test/"


def test_the_address_with_the_token_is_printed(guarded: Server) -> None:
    assert f"http://127.0.0.1:{port_of(guarded)}/?token={SECRET}" in guarded.tail()


def test_a_token_is_asked_for_where_several_people_may_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINNOW_TOKEN", raising=False)
    monkeypatch.setattr(tokens, "people", lambda: 1)
    assert tokens.token_wanted(is_for_others=False) is None
    drawn = tokens.token_wanted(is_for_others=True)
    assert drawn is not None and len(drawn) == 32 and drawn != tokens.token_wanted(is_for_others=True)
    monkeypatch.setattr(tokens, "people", lambda: 2)
    assert tokens.token_wanted(is_for_others=False) is not None
    monkeypatch.setenv("WINNOW_TOKEN", "off")
    assert tokens.token_wanted(is_for_others=True) is None
    monkeypatch.setenv("WINNOW_TOKEN", SECRET)
    assert tokens.token_wanted(is_for_others=False) == SECRET
    monkeypatch.setenv("WINNOW_TOKEN", "short")
    with pytest.raises(ValueError, match="at least 16 characters; it has 5"):
        tokens.token_wanted(is_for_others=False)


def test_only_accounts_of_people_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def account(uid: int, shell: str) -> SimpleNamespace:
        return SimpleNamespace(pw_uid=uid, pw_shell=shell)

    accounts = [account(0, "/bin/bash"), account(33, "/bin/sh"), account(65534, "/bin/sh")]
    accounts += [account(1000, "/bin/bash"), account(1001, "/usr/sbin/nologin"), account(1002, "/bin/zsh")]
    monkeypatch.setattr("pwd.getpwall", lambda: accounts)
    monkeypatch.setattr("os.getuid", lambda: 1000)
    assert tokens.people() == 2
    monkeypatch.setattr("os.getuid", lambda: 1003)  # an account of a directory that cannot be listed
    assert tokens.people() == 3
    monkeypatch.setattr("pwd.getpwall", lambda: accounts[:4])
    monkeypatch.setattr("os.getuid", lambda: 0)  # who owns the machine, as root
    assert tokens.people() == 1
    monkeypatch.setattr("pwd.getpwall", lambda: accounts[:3])
    assert tokens.people() == 1


@pytest.mark.parametrize("host", ["a.org", "A.ORG.", "a.org:8501", "[::1]:8501"])
def test_own_hosts(host: str) -> None:
    assert is_own_name(host, ["a.org", "::1"])


@pytest.mark.parametrize("host", ["", "a.org:x", "a.org:123456", "x@a.org", "a.org/b", "a.org b", "b.a.org", "[::1"])
def test_what_is_no_own_host(host: str) -> None:
    assert not is_own_name(host, ["a.org", "::1"])
    assert not is_own_page(f"http://{host}", "a.org")


def test_two_host_headers_are_no_host() -> None:
    assert host_of({"type": "http", "headers": [(b"host", b"a.org"), (b"host", b"a.org")]}) == ""


@pytest.mark.parametrize(
    ("address", "only_here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.0.7", False),
        ("winnow.example.org", False),
        ("localhost.evil.test", False),
    ],
)
def test_loopback(address: str, only_here: bool) -> None:
    assert is_loopback(address) == only_here


def start_public(port: int, log: Path, *before: str, **environ: str) -> subprocess.Popen[bytes]:
    """The server on all addresses, started by the command `before` if one is given."""
    command = [
        *before,
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.address",
        "0.0.0.0",
        "--server.port",
        str(port),
    ]
    with log.open("wb") as out:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "WINNOW_HOME": str(log.parent), "WINNOW_TOKEN": "off", **environ},
            start_new_session=True,
        )


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answered(process: subprocess.Popen[bytes], port: int, log: Path) -> http.client.HTTPResponse:
    """Waits until the server answers that it is well; the answer."""
    deadline = time.monotonic() + WAIT
    while True:
        try:
            answer = ask(port, "/_stcore/health")
            assert answer.status == 200
            return answer
        except ConnectionError:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)


def ended(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and what it started: a tracer itself ends with what it traces."""
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(WAIT)


def test_a_public_address_without_a_login_is_refused(port: int, tmp_path: Path) -> None:
    process = start_public(port, tmp_path / "log")
    assert process.wait(WAIT) == 1
    said = (tmp_path / "log").read_text()
    assert "Winnow does not listen on 0.0.0.0 without a login" in said
    assert all(words in said for words in ("[auth]", "secrets.toml", "client_secret", "WINNOW_OPEN_TO_NETWORK=yes"))
    assert "Traceback" not in said


def test_a_public_address_that_was_asked_for_is_served(port: int, tmp_path: Path) -> None:
    process = start_public(port, tmp_path / "log", WINNOW_OPEN_TO_NETWORK="yes")
    try:
        answer = answered(process, port, tmp_path / "log")
        assert "default-src 'self'" in (answer.getheader("content-security-policy") or "")
    finally:
        ended(process)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which traces connections, is not installed")
def test_no_process_of_the_server_calls_outside(port: int, tmp_path: Path) -> None:
    """Every system call that connects or sends is traced, in all processes, from a start on all addresses to its end."""
    trace, log = tmp_path / "trace", tmp_path / "log"
    tracer = ["strace", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace)]
    process = start_public(port, log, *tracer, WINNOW_OPEN_TO_NETWORK="yes")
    try:
        answered(process, port, log)
        assert handshake(port, f"http://127.0.0.1:{port}") == 101
        for origin in FOREIGN_ORIGINS:
            assert handshake(port, origin.format(port=port)) == 403
        for host in FOREIGN_HOSTS:
            assert ask(port, "/", Host=host.format(port=port)).status == 403
    finally:
        ended(process)
    made = [line for line in trace.read_text().splitlines() if "sa_family=AF_INET" in line]
    outside = [line for line in made if not re.search(r'inet_addr\("127\.|"::1"|"::ffff:127\.', line)]
    assert not outside, "\n".join(outside)
