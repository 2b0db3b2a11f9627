"""The token in the address: where several people use one machine, only who was given the address may open Winnow."""

from __future__ import annotations

import html
import os
import secrets
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse, Response

from analysis.errors import UsageError
from ui.server.callers import closed

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

VARIABLE, PARAMETER = "WINNOW_TOKEN", "token"
OPEN = ("/_stcore/health",)  # says "ok" and nothing else
FIRST_PERSON = 1000  # the user id from which on systems number people
LAST_ID = 65534  # the account for those who have none
NO_SHELLS = ("nologin", "false", "sync", "halt", "shutdown")


def people() -> int:
    """How many accounts of people this machine has; root is one of them where it is the only one.

    Ranges from 1, also where accounts cannot be listed.
    """
    try:
        import pwd
    except ImportError:  # not on Windows
        return 1
    able = {
        account.pw_uid
        for account in pwd.getpwall()
        if FIRST_PERSON <= account.pw_uid != LAST_ID and account.pw_shell.rpartition("/")[2] not in NO_SHELLS
    }
    return max(1, len(able | ({os.getuid()} - {0})))


def token_wanted(*, is_for_others: bool) -> str | None:
    """The token that people must bring; null if none is asked for.

    `WINNOW_TOKEN` is `on`, `off` or the token itself, at least 16 characters. Without it a token is drawn if the server
    `is_for_others` or the machine has several people.

    Raises UsageError where the token is too short.
    """
    asked = os.environ.get(VARIABLE, "").strip()
    if asked.lower() in ("off", "0", "no"):
        return None
    if asked.lower() in ("on", "1", "yes", ""):
        return secrets.token_urlsafe(24) if asked or is_for_others or people() > 1 else None
    if len(asked) < 16:
        raise UsageError(f"{VARIABLE} must be on, off, or a token of at least 16 characters; it has {len(asked)}.")
    return asked


def say_address(token: str) -> None:
    """Prints the address with the token, for who started the server."""
    address = f"http://{st.get_option('browser.serverAddress')}:{st.get_option('server.port')}"
    sys.stdout.write(f"  Only who has the token may open it: {address}/?{urlencode({PARAMETER: token})}\n\n")
    sys.stdout.flush()


class Token:
    """Lets in who brings the token in the address, `?token=…`, and then in a cookie of this port.

    Everybody else gets a page, 403, that asks for it. The token leaves the address at once, so that it is neither in
    the history nor in a link that is shared.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app, self.token, self.cookie = app, token, f"winnow_token_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = None if scope["type"] == "lifespan" else self._answer(HTTPConnection(scope))
        await (self.app if answer is None else closed(scope, answer))(scope, receive, send)

    def _answer(self, asked: HTTPConnection) -> Response | None:
        """What is answered in place of the app; null for who may go on."""
        if asked.url.path in OPEN or self._is_right(asked.cookies.get(self.cookie, "")):
            return None
        if asked.scope["type"] == "http" and self._is_right(asked.query_params.get(PARAMETER, "")):
            others = [(k, v) for k, v in parse_qsl(asked.url.query, keep_blank_values=True) if k != PARAMETER]
            place = "/" + asked.url.path.lstrip("/") + (f"?{urlencode(others)}" if others else "")
            come_in = RedirectResponse(place, HTTPStatus.SEE_OTHER, headers={"cache-control": "no-store"})
            come_in.set_cookie(
                self.cookie, self.token, httponly=True, samesite="lax", secure=asked.url.scheme in ("https", "wss")
            )
            return come_in
        return HTMLResponse(_page(asked.url.path), HTTPStatus.FORBIDDEN)

    def _is_right(self, brought: str) -> bool:
        return secrets.compare_digest(brought.encode(), self.token.encode())


def _page(path: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Winnow: token</title>
<style>
  :root {{ color-scheme: light dark; }}
  body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1rem; }}
  input, button {{ font: inherit; padding: .4rem .6rem; }}
</style></head>
<body><h1>Winnow asks for a token</h1>
<p>The server printed an address with a token when it started. Open that address, or write the token here.</p>
<form action="{html.escape(path)}" method="get">
<label>Token <input name="{PARAMETER}" type="password" autocomplete="off" required autofocus></label>
<button>Open</button>
</form></body></html>"""
