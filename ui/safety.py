"""Limits of the server: it loads nothing from other hosts, and listens on a network only with a login."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval' blob:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "frame-src 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class SafetyHeaders:
    """Adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a server on this address; an empty address means all addresses."""
    return address in ("localhost", "::1") or bool(re.fullmatch(r"127(\.[0-9]{1,3}){3}", address))


def has_login() -> bool:
    """Whether `[auth]` is configured in .streamlit/secrets.toml."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def refuse_open_address() -> None:
    """Ends the program if people on the network could read the data, unless `WINNOW_OPEN_TO_NETWORK=yes` is set."""
    address = st.get_option("server.address") or ""
    if is_loopback(address) or has_login() or os.environ.get("WINNOW_OPEN_TO_NETWORK") == "yes":
        return
    sys.exit(
        f"Winnow does not listen on {address or 'every address'} without a login: anyone who connects could read the "
        "data.\nEither leave out --server.address (it then listens on 127.0.0.1),\n"
        "or configure OpenID Connect under [auth] in .streamlit/secrets.toml (redirect_uri, cookie_secret, client_id, "
        "client_secret, server_metadata_url),\nor, if the network admits only trusted people, set "
        "WINNOW_OPEN_TO_NETWORK=yes and add the host's name to server.allowedHosts."
    )
