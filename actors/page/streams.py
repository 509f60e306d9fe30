"""``/events``: the state once, then what changed, as server-sent events.

Each frame has an id; a browser that comes back names the last one that it has seen and goes on from there.
Every few seconds without news a ``beat`` says that the bot is still there.
"""

from __future__ import annotations

import asyncio
import time

from aiohttp import web

from actors.page.news import News

MAX_STREAMS = 16
#: How often a stream asks for news, how often they are looked for, and how long there may be silence.
TICK_S, LOOK_S, BEAT_S = 0.25, 0.5, 5.0
#: A browser that takes nothing for so long is let go.
WRITE_S = 20.0
_RETRY_MS = 2000


class Streams:
    """Every open stream. News are looked for only while there is one."""

    def __init__(self, news: News, max_streams: int = MAX_STREAMS) -> None:
        self._news = news
        self._max_streams = max_streams
        self._looked_ns = 0

    async def events(self, request: web.Request) -> web.StreamResponse:
        """One stream, until its browser leaves. 503 where there are as many as may be."""
        if self._news.readers >= self._max_streams:
            text = f"{self._max_streams} pages are open already: close one\n"
            return web.Response(status=503, text=text, headers={"Retry-After": "5"})
        response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
        response.content_type = "text/event-stream"
        response.charset = "utf-8"
        with self._news.reading():
            await response.prepare(request)
            if request.method != "HEAD":
                known = request.headers.get("Last-Event-ID") or request.query.get("after", "")
                await self._tell(response, request, known)
        return response

    async def _tell(self, response: web.StreamResponse, request: web.Request, known: str) -> None:
        frames, silent_s = [b"retry: %d\n\n" % _RETRY_MS], 0.0
        try:
            while True:
                self._look()
                known, kind, texts = self._news.since(known)
                frames += [_frame(known, kind, text) for text in texts]
                if silent_s >= BEAT_S:
                    frames.append(_frame(known, "beat", b"{}"))
                silent_s = 0 if frames else silent_s + TICK_S
                if frames:
                    await asyncio.wait_for(response.write(b"".join(frames)), WRITE_S)
                    frames = []
                await asyncio.sleep(TICK_S)
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
        except ConnectionError:
            return

    def _look(self) -> None:
        """For all streams together, not each for itself."""
        now_ns = time.monotonic_ns()
        if now_ns - self._looked_ns >= LOOK_S * 1e9:
            self._looked_ns = now_ns
            self._news.refresh()


def _frame(number: str, kind: str, text: bytes) -> bytes:
    """``now_ms`` is put in front: the page's clock is the bot's. All frames of one piece have its id."""
    now = b'{"now_ms":%d%s' % (time.time_ns() // 1_000_000, b"," if text != b"{}" else b"")
    return b"id: %s\nevent: %s\ndata: %s%s\n\n" % (number.encode(), kind.encode(), now, text[1:])
