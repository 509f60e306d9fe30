"""One WebSocket connection: a bounded queue of frames to a writer, a reader with an idle limit."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from aiohttp import WSCloseCode, WSMsgType, web

MOST_FRAMES_WAITING = 4_096
LARGEST_MESSAGE_BYTES = 1 << 20
CLOSE_TIMEOUT_S = 1

Clock = Callable[[], int]
log = logging.getLogger(__name__)


class Connection:
    """Owns a socket from handshake to close. A client that reads too slowly is cut off, never waited for."""

    def __init__(self, request: web.Request, kind: str, conn_id: str, *, idle_ms: int, clock: Clock) -> None:
        self.kind = kind
        self.conn_id = conn_id
        self.address = request.remote or ""
        self.ended = False
        self._request = request
        self._socket = web.WebSocketResponse(
            autoping=False,  # pings are activity: the reader has to see them
            compress=False,
            timeout=CLOSE_TIMEOUT_S,
            max_msg_size=LARGEST_MESSAGE_BYTES,
        )
        self._queue: asyncio.Queue[str] = asyncio.Queue(MOST_FRAMES_WAITING)
        self._idle_ms = idle_ms
        self._clock = clock
        self._active_ms = clock()

    def send(self, text: str) -> None:
        """Queue a frame; a full queue ends the connection."""
        if self.ended:
            return
        try:
            self._queue.put_nowait(text)
        except asyncio.QueueFull:
            log.warning("%s cut off: %d frames unread", self.conn_id, MOST_FRAMES_WAITING)
            self.abort()

    def abort(self) -> None:
        """Cut the line without a close frame."""
        self.ended = True
        if self._request.transport is not None:
            self._request.transport.abort()

    async def close(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        """Say goodbye with a close frame."""
        self.ended = True
        await self._socket.close(code=code)

    async def run(self, receive: Callable[[str], None]) -> web.StreamResponse:
        """Serve the connection to its end; ``receive`` gets each text message."""
        try:
            await self._socket.prepare(self._request)
        except ConnectionError:  # who has gone before the handshake's end is served to it
            self.ended = True
            return web.Response()
        writer = asyncio.create_task(self._write())
        try:
            await self._read(receive)
        finally:
            self.ended = True
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer
        return self._socket

    async def _write(self) -> None:
        while True:
            text = await self._queue.get()
            try:
                await self._socket.send_str(text)
            except ConnectionError:
                self.abort()
                return
            self._active_ms = self._clock()

    async def _read(self, receive: Callable[[str], None]) -> None:
        while True:
            rest_ms = self._active_ms + self._idle_ms - self._clock()
            if rest_ms <= 0:
                await self.close(WSCloseCode.POLICY_VIOLATION)
                return
            try:
                message = await self._socket.receive(timeout=rest_ms / 1000)
            except TimeoutError:
                continue  # frames may have gone out meanwhile, and they are activity too
            self._active_ms = self._clock()
            if message.type is WSMsgType.TEXT:
                receive(message.data)
            elif message.type is WSMsgType.PING:
                with contextlib.suppress(ConnectionError):  # who has gone by now needs no pong
                    await self._socket.pong(message.data)
            elif message.type is WSMsgType.BINARY:
                await self.close(WSCloseCode.UNSUPPORTED_DATA)
                return
            elif message.type is not WSMsgType.PONG:
                return
