"""Who may call the server: pages of its own address, under a host name that it goes by. All others get 403."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocketClose

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
CLOSED = ("/_stcore/metrics",)  # what Streamlit would tell about itself to anyone
_FOREIGN_HOST = "This server does not go by that host name. Open it under the address that it printed when it started."
_FOREIGN_PAGE = "A page of another address asked for this. Open Winnow in a tab of its own."


def host_of(scope: Scope) -> str:
    """The host that a request names, with its port if it names one; "" if it names none, or something else.

    >>> host_of({"type": "http", "headers": [(b"host", b"localhost:8501")]})
    'localhost:8501'
    >>> host_of({"type": "http", "headers": [(b"host", b"localhost; script-src *")]})
    ''
    """
    given = HTTPConnection(scope).headers.getlist("host")
    return given[0] if len(given) == 1 and _name(given[0]) is not None else ""


def is_own_name(host: str, names: Sequence[str]) -> bool:
    """Whether the host, with or without a port, is one of the names. `*` is any name, `*.a.org` any below a.org.

    >>> is_own_name("LOCALHOST:8501", ["localhost"]), is_own_name("localhost.evil.test", ["localhost"])
    (True, False)
    >>> is_own_name("x.a.org", ["*.a.org"]), is_own_name("a.org", ["*.a.org"]), is_own_name("a.org@evil.test", ["*"])
    (True, False, False)
    """
    name = _name(host)
    if name is None:
        return False
    for allowed in (one.strip().lower().rstrip(".") for one in names):
        if allowed in ("*", name) or (allowed.startswith("*.") and name.endswith(allowed[1:])):
            return True
    return False


def is_own_page(origin: str, host: str) -> bool:
    """Whether a page with this origin was served under this host, port and all.

    A port that the scheme implies may be left out, as browsers do behind a proxy that ends TLS.

    >>> is_own_page("http://localhost:8501", "localhost:8501"), is_own_page("http://localhost:8502", "localhost:8501")
    (True, False)
    >>> is_own_page("https://winnow.a.org", "winnow.a.org:443"), is_own_page("null", "localhost:8501")
    (True, False)
    """
    scheme, _, place = origin.lower().partition("://")
    usual = {"http": ":80", "https": ":443"}.get(scheme)
    if usual is None or _name(place) is None:
        return False
    return place.removesuffix(usual) == host.lower().removesuffix(usual)


def _name(host: str) -> str | None:
    """The name of a host without its port, in lower case; null if it is not a host."""
    match = _HOST.fullmatch(host.lower())
    return match["name"].strip("[]").rstrip(".") if match else None


def closed(scope: Scope, refusal: Response) -> ASGIApp:
    """What answers in place of the app: the refusal, or 403 without words for a web socket."""
    return WebSocketClose() if scope["type"] == "websocket" else refusal


class OwnCallers:
    """Refuses, before Streamlit sees them, requests under another host name and requests of other sites' pages.

    The host names are those of the option `server.allowedHosts`; with none, any name is taken. A web socket must say
    which page opens it, which every browser does; other requests may come without, as from a command line.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = None if scope["type"] == "lifespan" else self._refusal(scope)
        await (self.app if refusal is None else closed(scope, refusal))(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        host = host_of(scope)
        if not is_own_name(host, list(st.get_option("server.allowedHosts")) or ["*"]):
            return PlainTextResponse(_FOREIGN_HOST, 403)
        origins = HTTPConnection(scope).headers.getlist("origin")
        is_asked = bool(origins) or scope["type"] == "websocket"
        if is_asked and not (len(origins) == 1 and is_own_page(origins[0], host)):
            return PlainTextResponse(_FOREIGN_PAGE, 403)
        if scope["path"].rstrip("/") in CLOSED:
            return PlainTextResponse("Not Found", 404)
        return None
