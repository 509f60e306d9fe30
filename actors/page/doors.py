"""What every answer carries, and who is let in.

A page of another site can make a browser resolve its own name to this machine (DNS rebinding) and then read
what listens on loopback. It can't choose the ``Host`` that the browser sends: so on loopback, only the names
of loopback are answered.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

#: So many connections at once, streams among them; more are closed unread: trading needs sockets, too.
MAX_CONNECTIONS = 64
_AFTER_FAILURE_S = 0.2
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Server": "sol-trader",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    if host.rstrip(".").lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_of(header: str) -> str:
    """``Host`` without its port: ``127.0.0.1`` for ``127.0.0.1:9108``, ``::1`` for ``[::1]:9108``."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.rpartition(":")[0] if header.count(":") == 1 else header


def only_loopback_names() -> Middleware:
    """Refuse requests whose ``Host`` is no name of loopback."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_loopback(host_of(request.headers.get("Host", ""))):
            text = "ask for this page as 127.0.0.1 or localhost\n"
            return web.Response(status=421, text=text)
        return await handler(request)

    return cast(Middleware, check)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put ``HEADERS`` on an answer; what says nothing of caching is not kept."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


async def let_in(listening: socket.socket, server: web.Server, most: int = MAX_CONNECTIONS) -> None:
    """Give connections to the server, for ever, and close those that are too many.

    They are counted as they come: the loop's own server would take a whole burst before it counts one.
    """
    loop = asyncio.get_running_loop()
    while True:
        try:
            connection, _ = await loop.sock_accept(listening)
            if len(server.connections) >= most:
                connection.close()
            else:
                await loop.connect_accepted_socket(server, connection)
        except OSError:  # no file is left, or the client has gone already
            await asyncio.sleep(_AFTER_FAILURE_S)
