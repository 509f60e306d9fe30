"""A server that does exactly what a test tells it: what no exchange in its right mind would do.

It runs in a thread of its own on loopback; without being told otherwise it authenticates, subscribes
and answers pings as Bybit does.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import orjson
from aiohttp import WSMsgType, web

T = TypeVar("T")
Message = dict[str, Any]
OnMessage = Callable[[web.WebSocketResponse, Message], Awaitable[None]]
OnRequest = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]
DEADLINE_S = 60


async def well_behaved(ws: web.WebSocketResponse, message: Message) -> None:
    """Authentication, subscription and ping as Bybit answers them (both kinds of success at once)."""
    op = message.get("op")
    if op == "auth":
        await ws.send_json({"success": True, "ret_msg": "", "op": "auth", "retCode": 0, "conn_id": "c1"})
    elif op == "subscribe":
        reply = {"success": True, "ret_msg": "", "op": "subscribe", "req_id": message.get("req_id")}
        await ws.send_json(reply)
    elif op == "ping":
        await ws.send_json({"op": "pong", "args": ["1760000000000"], "conn_id": "c1"})


async def empty_list(request: web.Request, body: bytes) -> web.StreamResponse:
    """A read that finds nothing."""
    return web.json_response({"retCode": 0, "retMsg": "OK", "result": {"list": []}, "time": 1})


class Stub:
    """What the server does next, and what it has seen."""

    def __init__(self) -> None:
        self.url = ""
        self.on_message: OnMessage = well_behaved
        self.on_request: OnRequest = empty_list
        self.dials = 0
        self.messages: list[Message] = []
        self.requests: list[tuple[str, bytes]] = []
        self.loop = asyncio.new_event_loop()
        self._sockets: list[web.WebSocketResponse] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the server's thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(DEADLINE_S)

    def push(self, *frames: Any) -> None:
        """Send frames (text as it is, else as JSON) to every open socket."""
        self.run(self._push(*frames))

    def hang_up(self, *, close_frame: bool) -> None:
        """End every connection, with or without saying so."""
        self.run(self._hang_up(close_frame=close_frame))

    async def _push(self, *frames: Any) -> None:
        for ws in self._sockets:
            for frame in frames:
                await ws.send_str(frame if isinstance(frame, str) else orjson.dumps(frame).decode())

    async def _hang_up(self, *, close_frame: bool) -> None:
        sockets, self._sockets = self._sockets, []
        for ws in sockets:
            if close_frame:
                await ws.close(code=1001, message=b"going away")
            elif (transport := ws._req.transport if ws._req else None) is not None:
                transport.abort()

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self.dials += 1
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        self._sockets.append(ws)
        async for frame in ws:
            if frame.type is WSMsgType.TEXT:
                message = orjson.loads(frame.data)
                self.messages.append(message)
                await self.on_message(ws, message)
        self._sockets = [other for other in self._sockets if other is not ws]
        return ws

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append((request.path_qs, body))
        return await self.on_request(request, body)

    async def start(self) -> web.AppRunner:
        """Listen on a free port."""
        app = web.Application()
        for path in ("/v5/private", "/v5/public/linear", "/v5/trade"):
            app.router.add_get(path, self._socket)
        app.router.add_route("*", "/{tail:.*}", self._rest)
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        sock = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(runner, sock).start()
        self.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        return runner


@contextmanager
def stub_server() -> Iterator[Stub]:
    """A running stub."""
    stub = Stub()
    thread = threading.Thread(target=stub.loop.run_forever, daemon=True)
    thread.start()
    runner = stub.run(stub.start())
    try:
        yield stub
    finally:
        stub.hang_up(close_frame=False)
        stub.run(runner.cleanup())
        stub.loop.call_soon_threadsafe(stub.loop.stop)
        thread.join(DEADLINE_S)
        stub.loop.close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])
