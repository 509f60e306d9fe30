"""One connection's life, the same for the three ports: dialled, acknowledged, watched, ended once.

dial → handshake (each step acknowledged before a deadline) → up → lost | closed

A connection is never revived: after its end its owner takes a new object. ``on_lost`` belongs to whoever
takes it out of its queue, so it is called once at most, and never after ``close``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Final

import orjson
import websocket

from exchange.bybit.dials import DialBudget
from exchange.bybit.fields import parse_object, shown
from exchange.bybit.sockets import Dial, Socket
from exchange.clock import Clock
from exchange.errors import ExchangeError, ProtocolError, Refused, Retryable

OPEN_WITHIN_MS: Final = 10_000
#: Pings go every 5 s, so a living connection is heard twice in this time.
SILENCE_MS: Final = 12_000
_STEPS: Final = ("auth", "subscribe")
_CHATTER: Final = ("ping", "pong")
_NANOS_A_SECOND: Final = 1_000_000_000

_log = logging.getLogger(__name__)

Frame = Mapping[str, Any]


class Connection:
    """The common part; ports give ``_handshake``, ``_take`` and, if they must, ``_settle``."""

    def __init__(
        self, name: str, dial: Dial, clock: Clock, on_problem: Callable[[ProtocolError], None]
    ) -> None:
        self.name = name
        self.unreadable = 0
        """Frames and records that could not be read; each was given to ``on_problem`` too."""
        self.dials: DialBudget | None = None
        self._dial = dial
        self._clock = clock
        self._on_problem = on_problem
        self._socket: Socket | None = None
        self._up = False
        self._end_reason = ""
        self._closed = False
        self._replies: SimpleQueue[Frame | None] = SimpleQueue()
        self._on_lost: SimpleQueue[Callable[[str], None]] = SimpleQueue()

    @property
    def heard_ms(self) -> int:
        """When anything was last heard; see the port."""
        return self._socket.heard_ms if self._socket is not None else 0

    def check(self, now_ms: int) -> None:
        """Find a dead or silent connection and end it; the owner calls this every two seconds."""
        socket = self._socket
        if socket is None or not self._up or self._end_reason or self._closed:
            return
        silent_ms = now_ms - socket.heard_ms
        if not socket.reading:
            self.on_end("its reader's thread has died")
        elif silent_ms > 2 * SILENCE_MS:
            self.on_end(f"nothing heard for {silent_ms} ms, and its reader hangs")
        elif silent_ms > SILENCE_MS:
            socket.cut(f"nothing heard for {silent_ms} ms")

    def close(self) -> None:
        """Close without calling ``on_lost``; may be called twice, and from any thread."""
        self._closed = True
        with suppress(Empty):
            self._on_lost.get_nowait()
        if self._socket is not None:
            self._socket.shut()
        self._settle("the connection was closed")

    def on_frame(self, raw: str | bytes, received_ns: int) -> None:
        """A frame, from the reader's thread: an operation's reply, or what the port is there for."""
        if self._end_reason or self._closed:
            return
        try:
            frame = parse_object(raw, self.name)
            if frame.get("op") in _STEPS:
                if not self._up:
                    self._replies.put(frame)
            elif "topic" in frame or "reqId" in frame:
                self._take(frame, received_ns)
            elif frame.get("op") not in _CHATTER:
                raise ProtocolError(f"{self.name}: a topic, reqId or op expected in {shown(frame)}; left out")
        except ProtocolError as problem:
            self._report(problem)

    def on_end(self, reason: str) -> None:
        """The connection has ended, by its reader or by ``check``."""
        self._end_reason = self._end_reason or reason
        self._replies.put(None)
        try:
            on_lost = self._on_lost.get_nowait()
        except Empty:
            return
        if self._socket is not None:
            self._socket.shut()
        try:
            self._settle(self._end_reason)
        finally:  # whoever takes the answers may fail: the end is told all the same
            on_lost(self._end_reason)

    def _open(self, on_lost: Callable[[str], None]) -> None:
        """Dial, shake hands, be up; raises ExchangeError and leaves nothing open if that fails."""
        if self._socket is not None or self._closed:
            raise RuntimeError(f"{self.name}: a connection is opened once; take a new one")
        deadline_ns = self._clock.monotonic_ns() + OPEN_WITHIN_MS * 1_000_000
        try:
            if self.dials is not None:
                self.dials.take()
            self._socket = self._dial(self)
            self._handshake(deadline_ns)
        except ExchangeError:
            self.close()
            raise
        except (OSError, websocket.WebSocketException) as error:
            self.close()
            raise Retryable(f"{self.name}: {type(error).__name__}: {error}; check the network") from None
        self._up = True
        self._on_lost.put(on_lost)
        if self._end_reason:  # it ended meanwhile: tell it here, unless the reader told on_lost already
            with suppress(Empty):
                self._on_lost.get_nowait()
                self.close()
                raise Retryable(f"{self.name}: {self._end_reason}")

    def _handshake(self, deadline_ns: int) -> None:
        """Authenticate and subscribe, each step acknowledged."""
        raise NotImplementedError

    def _take(self, frame: Frame, received_ns: int) -> None:
        """A frame with a topic or a request's id, from the reader's thread."""
        raise NotImplementedError

    def _settle(self, reason: str) -> None:
        """Before ``on_lost`` and after ``close``: answer what waits for a reply."""

    def _send(self, text: str) -> None:
        if self._socket is None:
            raise Retryable(f"{self.name}: not open")
        self._socket.send(text)

    def _report(self, problem: ProtocolError) -> None:
        self.unreadable += 1
        _log.warning("%s: %s", self.name, problem)
        self._on_problem(problem)

    def _authenticated(self, deadline_ns: int) -> Frame:
        """The reply to the authentication that pybit has sent."""
        return self._reply("auth", "", deadline_ns)

    def _subscribe(self, topics: Sequence[str], req_id: str, deadline_ns: int) -> None:
        """Subscribe and wait for the acknowledgement; raises Refused with the exchange's words."""
        self._send(orjson.dumps({"op": "subscribe", "req_id": req_id, "args": topics}).decode())
        reply = self._reply("subscribe", req_id, deadline_ns)
        if reply.get("success") is not True:
            raise Refused(f"{self.name}: not subscribed to {', '.join(topics)}: {reply.get('ret_msg')}")

    def _reply(self, op: str, req_id: str, deadline_ns: int) -> Frame:
        """The next reply to ``op``; one that doesn't repeat our id counts too, one step waits at a time."""
        while True:
            left_ns = max(deadline_ns - self._clock.monotonic_ns(), 0)
            try:
                frame = self._replies.get(timeout=left_ns / _NANOS_A_SECOND)
            except Empty:
                raise Retryable(f"{self.name}: no answer to {op} in {OPEN_WITHIN_MS} ms") from None
            if frame is None:
                raise Retryable(f"{self.name}: ended before {op} was answered: {self._end_reason}")
            if frame.get("op") == op and frame.get("req_id") in (req_id, "", None):
                return frame


def nobody(*_: object) -> None:
    """Who listens before ``open``."""
