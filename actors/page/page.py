"""The thread that serves the page and the metrics: one event loop, apart from everything that trades."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Coroutine
from threading import Thread
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry

from actors.display.model import DisplayModel
from actors.http_log import HTTP_LOG
from actors.page.doors import is_loopback, let_in
from actors.page.news import News
from actors.page.routes import application
from actors.page.shown import Shown
from actors.page.streams import MAX_STREAMS, Streams

_STOP_S = 5
#: Open streams have no end of their own: they are cut after this. (0 would mean for ever to aiohttp.)
_CUT_S = 0.1
_BACKLOG = 128


class Page:
    """``show`` belongs to one thread, the watch's; it puts down a value and never waits.

    ``registry`` is what ``/metrics`` tells, collected at each scrape.
    """

    def __init__(
        self, registry: CollectorRegistry, model: DisplayModel, *, max_streams: int = MAX_STREAMS
    ) -> None:
        self._registry = registry
        self._shown = Shown(model=model)
        self._max_streams = max_streams
        self._serving: tuple[Thread, asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def show(self, message: object, model: DisplayModel) -> None:
        """Take a report, after which the display's model is ``model``."""
        self._shown = self._shown.after(message, model)

    def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Serve on a thread of its own; gives the port (a free one for 0).

        Raises ``OSError`` where the address is taken or isn't this machine's.
        """
        if self._serving is not None:
            raise RuntimeError("the page is served already: stop() first")
        listening = _listen(host, port)
        loop, ended = asyncio.new_event_loop(), asyncio.Event()
        served = self._serve(listening, ended, loopback=is_loopback(listening.getsockname()[0]))
        thread = Thread(target=_run, args=(loop, served), name="page", daemon=True)
        self._serving = (thread, loop, ended)
        thread.start()
        return int(listening.getsockname()[1])

    def stop(self) -> None:
        """Serve no more; harmless when nothing is served."""
        if self._serving is None:
            return
        thread, loop, ended = self._serving
        self._serving = None
        try:
            loop.call_soon_threadsafe(ended.set)
        except RuntimeError:
            return  # its loop has ended already
        thread.join(_STOP_S)

    async def _serve(self, listening: socket.socket, ended: asyncio.Event, *, loopback: bool) -> None:
        streams = Streams(News(self._look), self._max_streams)
        app = application(self._registry, self._look, streams, loopback=loopback)
        runner = web.AppRunner(
            app,
            handle_signals=False,
            access_log=None,
            logger=HTTP_LOG,
            keepalive_timeout=30,
            shutdown_timeout=_CUT_S,
        )
        await runner.setup()
        server = runner.server
        assert server is not None
        letting_in = asyncio.create_task(let_in(listening, server))
        try:
            await ended.wait()
        finally:
            letting_in.cancel()
            await asyncio.gather(letting_in, return_exceptions=True)
            listening.close()
            await runner.cleanup()

    def _look(self) -> Shown:
        return self._shown


def _listen(host: str, port: int) -> socket.socket:
    """Raises ``OSError`` with plain words."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except UnicodeError:
        raise OSError(errno.EINVAL, "no host has such a name") from None
    family, kind, protocol, _, address = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening


def _run(loop: asyncio.AbstractEventLoop, served: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:  # it ends what still runs, too
        runner.run(served)
