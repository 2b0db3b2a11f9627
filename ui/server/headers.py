"""The security headers of every response: pages load nothing from other hosts and connect to this server only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.server.callers import host_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "style-src 'self' 'unsafe-inline'",
    "script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval' blob:",
    "worker-src 'self' blob:",
    "frame-src 'none'",
    "object-src 'none'",
    "form-action 'self'",
    "base-uri 'self'",
    "frame-ancestors 'self'",
)
_OTHERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


def policy(host: str) -> str:
    """The Content-Security-Policy of a page under this host, which may have a port: `localhost:8501`.

    The two web socket addresses are written out, since not every browser counts them as 'self'. An empty host, of a
    request that is refused, allows none.

    >>> policy("localhost:8501").rpartition("; ")[2]
    "connect-src 'self' ws://localhost:8501 wss://localhost:8501"
    """
    addresses = f" ws://{host} wss://{host}" if host else ""
    return "; ".join((*_POLICY, f"connect-src 'self'{addresses}"))


class SafetyHeaders:
    """Adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                header = (b"content-security-policy", policy(host_of(scope)).encode())
                message["headers"] = [*message.get("headers", []), header, *_OTHERS]
            await send(message)

        await self.app(scope, receive, send_with_headers)
