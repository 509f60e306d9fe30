"""The WebSocket side: connections let in, each with the session that its path stands for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from aiohttp import web

from exchange.venue.server.auth import Keyring
from exchange.venue.server.connection import Connection
from exchange.venue.server.engine import Engine
from exchange.venue.server.faults import Faults
from exchange.venue.server.gateway import Gateway
from exchange.venue.server.hub import Hub
from exchange.venue.server.limits import AddressLimits
from exchange.venue.server.public import PublicFeed
from exchange.venue.server.streams import StreamSession
from exchange.venue.server.trading import Response, TradingSession, asked_op
from exchange.venue.server.wire import encode, public_frame

IDLE_MS = 600_000
SHORTEST_IDLE_S, LONGEST_IDLE_S = 30, 600
LONGEST_CLOSE_S = 2
PRIVATE, PUBLIC, TRADE = "private", "public", "trade"
KINDS = (PRIVATE, PUBLIC, TRADE)

Receive = Callable[[str], None]


class StreamListener:
    """A stream's connection and session as the hub's listener."""

    def __init__(self, session: StreamSession, connection: Connection) -> None:
        self.session = session
        self.connection = connection

    @property
    def account(self) -> str:
        """The account that has authenticated; empty before and on public streams."""
        return self.session.account

    @property
    def topics(self) -> set[str]:
        """What the client is subscribed to."""
        return self.session.topics

    def send(self, text: str) -> None:
        """Queue a frame."""
        self.connection.send(text)


class Sockets:
    """Serves ``/v5/private``, ``/v5/public/linear`` and ``/v5/trade``."""

    def __init__(
        self,
        engine: Engine,
        gateway: Gateway,
        hub: Hub,
        feed: PublicFeed,
        keyring: Keyring,
        addresses: AddressLimits,
        faults: Faults,
        *,
        symbols: Collection[str],
        idle_ms: int = IDLE_MS,
    ) -> None:
        self._feed = feed
        self._engine = engine
        self._gateway = gateway
        self._hub = hub
        self._keyring = keyring
        self._addresses = addresses
        self._faults = faults
        self._symbols = symbols
        self._idle_ms = idle_ms
        self._open: dict[Connection, StreamSession | TradingSession] = {}
        self._held: set[asyncio.Task[None]] = set()
        self._count = 0

    async def private(self, request: web.Request) -> web.StreamResponse:
        """Private topics, after auth."""
        return await self._stream(self._connection(request, PRIVATE), self._keyring)

    async def public(self, request: web.Request) -> web.StreamResponse:
        """Market data."""
        return await self._stream(self._connection(request, PUBLIC), None)

    async def trade(self, request: web.Request) -> web.StreamResponse:
        """Order requests."""
        connection = self._connection(request, TRADE)
        session = TradingSession(
            connection.conn_id, keyring=self._keyring, serve=self._gateway.serve, refuse=self._gateway.refuse
        )

        def carry_out(text: str) -> None:
            now_ms = self._engine.catch_up()
            within = self._addresses.trade(connection.address, now_ms)
            self._respond(connection, session.receive(text, now_ms, within_ip_limit=within))

        async def carry_out_later(op: str, text: str) -> None:
            await self._faults.requests.passed(op)
            carry_out(text)

        def receive(text: str) -> None:
            op = asked_op(text) if self._faults.requests.in_use else ""
            if self._faults.requests.is_shut(op):
                self._keep(carry_out_later(op, text))
            else:
                carry_out(text)

        return await self._run(connection, session, receive)

    async def cut(self, kinds: Collection[str], account: str, *, close_frame: bool) -> int:
        """End the open connections of these kinds (of one account, or "" for all); returns how many."""
        cut = [
            connection
            for connection, session in self._open.items()
            if connection.kind in kinds and account in ("", session.account)
        ]
        if close_frame:
            await asyncio.gather(*(_say_goodbye(connection) for connection in cut))
        else:
            for connection in cut:
                connection.abort()
        return len(cut)

    async def close(self) -> None:
        """End everything, with close frames."""
        for task in self._held:
            task.cancel()
        await self.cut(KINDS, "", close_frame=True)

    def _connection(self, request: web.Request, kind: str) -> Connection:
        if kind in self._faults.shut_out:
            raise web.HTTPServiceUnavailable(text="no connections for now")
        if not self._addresses.connection(request.remote or "", self._engine.now_ms()):
            raise web.HTTPForbidden(text="too many new connections; wait five minutes")
        idle_ms = self._idle_ms if kind == PUBLIC else _idle_asked(request, self._idle_ms)
        self._count += 1
        return Connection(request, kind, f"{kind}-{self._count}", idle_ms=idle_ms, clock=self._engine.now_ms)

    async def _stream(self, connection: Connection, keyring: Keyring | None) -> web.StreamResponse:
        session = StreamSession(connection.conn_id, keyring=keyring, symbols=self._symbols)

        def receive(text: str) -> None:
            before = set(session.topics)
            now_ms = self._engine.catch_up()
            connection.send(encode(session.receive(text, now_ms)))
            for topic in sorted(session.topics - before):
                snapshot = self._feed.snapshot(topic, now_ms)
                if snapshot is not None:
                    connection.send(encode(public_frame(snapshot)))

        listener = StreamListener(session, connection)
        self._hub.listeners.append(listener)
        try:
            return await self._run(connection, session, receive)
        finally:
            self._hub.listeners.remove(listener)

    async def _run(
        self, connection: Connection, session: StreamSession | TradingSession, receive: Receive
    ) -> web.StreamResponse:
        self._open[connection] = session
        try:
            return await connection.run(receive)
        finally:
            del self._open[connection]

    def _respond(self, connection: Connection, response: Response) -> None:
        if not response.is_order:
            connection.send(encode(response.message))
        elif response.message["retCode"] == 0 and self._faults.drops(TRADE):
            return
        elif self._faults.acks.is_set() and not self._held:
            connection.send(encode(response.message))
        else:
            self._keep(self._send_later(connection, response))

    def _keep(self, later: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(later)
        self._held.add(task)
        task.add_done_callback(self._held.discard)

    async def _send_later(self, connection: Connection, response: Response) -> None:
        await self._faults.acks.wait()
        connection.send(encode(response.message))


async def _say_goodbye(connection: Connection) -> None:
    try:
        async with asyncio.timeout(LONGEST_CLOSE_S):
            await connection.close()
    except TimeoutError:
        connection.abort()  # a client that doesn't read doesn't read a close frame either


def _idle_asked(request: web.Request, usual_ms: int) -> int:
    """``max_active_time`` of the address, e.g. ``30s`` or ``1m``."""
    asked = request.query.get("max_active_time")
    if asked is None:
        return usual_ms
    found = re.fullmatch(r"([0-9]{1,3})([sm])", asked)
    seconds = int(found[1]) * (60 if found[2] == "m" else 1) if found else 0
    if not SHORTEST_IDLE_S <= seconds <= LONGEST_IDLE_S:
        raise web.HTTPBadRequest(text=f"max_active_time {asked!r}: give 30s to 600s")
    return seconds * 1000
