"""A TCP proxy that can be as bad as a network: it cuts, resets, stalls, delays, half-closes and refuses.

with proxy(venue.url) as wire:
    bot_connects_to(wire.port)
    wire.stall()      # sockets stay open, no byte moves, in neither direction
    wire.heal()       # what was on its way arrives after all

It knows bytes and connections alone: what runs over them (HTTP, WebSocket) is none of its business, so one
proxy stands before one path, and what is done to it is done to that path only.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
DEADLINE_S = 30
_CHUNK = 65_536
_NO_LINGER = struct.pack("ii", 1, 0)


class End(StrEnum):
    """Who is at an end of a connection."""

    CLIENT = "client"
    SERVER = "server"


BOTH = (End.CLIENT, End.SERVER)


class _Link:
    """One connection through the proxy: two sockets and a pump for each direction."""

    def __init__(self, proxy: Proxy, writers: dict[End, asyncio.StreamWriter]) -> None:
        self._proxy, self._writers = proxy, writers

    async def pump(self, towards: End, reader: asyncio.StreamReader) -> None:
        """Move bytes, then the end of the stream; one after another, so that nothing overtakes."""
        gate, writer = self._proxy.gates[towards], self._writers[towards]
        while True:
            await gate.wait()
            data = await reader.read(_CHUNK)
            if self._proxy.delay_s:
                await asyncio.sleep(self._proxy.delay_s)
            await gate.wait()
            if not data:
                self.say_end(towards)
                return
            self._proxy.moved[towards] += len(data)
            writer.write(data)
            await writer.drain()

    def say_end(self, towards: End) -> None:
        """A FIN to one end; what it sends itself still passes."""
        writer = self._writers[towards]
        if writer.can_write_eof() and not writer.is_closing():
            writer.write_eof()

    def close(self) -> None:
        """A FIN to both ends, and nothing more is read."""
        for writer in self._writers.values():
            writer.close()

    def reset(self) -> None:
        """A RST to both ends."""
        for writer in self._writers.values():
            with suppress(OSError):  # it has ended by itself
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            writer.transport.abort()


class Proxy:
    """One path to a server.

    ``dialled_s`` is when each connection was accepted, by the monotonic clock; ``moved`` counts bytes by the
    end to which they went.

    Its methods may be called from any thread; they return when it is done.
    """

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.dialled_s: list[float] = []
        self.moved = dict.fromkeys(BOTH, 0)
        self.delay_s = 0.0
        self.gates: dict[End, asyncio.Event] = {}
        self._upstream = (host, port)
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    # --- what can be done to it -------------------------------------------------------------------------

    def cut(self) -> int:
        """End every connection with a FIN to both ends; returns how many there were."""
        return self._do(lambda: self._end_all(_Link.close))

    def reset(self) -> int:
        """End every connection with a RST to both ends; returns how many there were."""
        return self._do(lambda: self._end_all(_Link.reset))

    def half_close(self, towards: End) -> int:
        """Tell one end of every connection that nothing more comes; the other direction goes on."""

        def say() -> int:
            for link in self._links:
                link.say_end(towards)
            return len(self._links)

        return self._do(say)

    def stall(self, *towards: End) -> None:
        """Let no byte pass to these ends (to both if none is named); who dials is taken, and stalls too."""
        self._do(lambda: [self.gates[end].clear() for end in towards or BOTH])

    def delay(self, seconds: float) -> None:
        """Keep whatever passes from now on for so long, in each direction, at most for twice that."""
        self._do(lambda: setattr(self, "delay_s", seconds))

    def refuse(self) -> None:
        """Listen no more: who dials is told so at once. Connections that stand are left alone."""
        self._run(self._stop_listening())

    def heal(self) -> None:
        """As good as new: what was held passes, who dials is let in, at the same port."""

        def open_all() -> None:
            self.delay_s = 0
            for gate in self.gates.values():
                gate.set()

        self._do(open_all)
        self._run(self._listen())

    @property
    def dials(self) -> int:
        """How many connections were accepted."""
        return len(self.dialled_s)

    @property
    def open(self) -> int:
        """How many connections stand."""
        return self._do(lambda: len(self._links))

    # --- its life ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Listen on a free port of loopback."""
        self._thread.start()
        self._do(lambda: self.gates.update({end: asyncio.Event() for end in BOTH}))
        self.heal()

    def stop(self) -> None:
        """End everything."""
        self._run(self._stop_listening())
        self.reset()
        self._run(self._end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DEADLINE_S)
        self._loop.close()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.dialled_s.append(time.monotonic())
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            there, back = await asyncio.open_connection(*self._upstream)
        except OSError:
            writer.close()
            self._tasks.discard(task)
            return
        link = _Link(self, {End.CLIENT: writer, End.SERVER: back})
        self._links.add(link)
        try:
            ways = (link.pump(End.SERVER, reader), link.pump(End.CLIENT, there))
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            self._links.discard(link)
            self._tasks.discard(task)
            link.close()

    async def _end_tasks(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end_all(self, end: Callable[[_Link], None]) -> int:
        links, self._links = self._links, set()
        for link in links:
            end(link)
        return len(links)

    def _do(self, act: Callable[[], T]) -> T:
        async def done() -> T:
            return act()

        return self._run(done())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE_S)


@contextmanager
def proxy(url: str) -> Iterator[Proxy]:
    """A running proxy before the server at ``url``."""
    parts = urlsplit(url)
    assert parts.hostname, url
    assert parts.port, url
    running = Proxy(parts.hostname, parts.port)
    running.start()
    try:
        yield running
    finally:
        running.stop()
