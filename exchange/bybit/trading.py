"""The port TradingSocket over pybit's: every request is known before it leaves, and answered once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import websocket

from exchange.bybit.codes import error
from exchange.bybit.connection import Connection, Frame, nobody
from exchange.bybit.decode_orders import all_alike, all_unknown, decode_answer
from exchange.bybit.encode import trading_frame
from exchange.bybit.endpoints import Endpoints
from exchange.bybit.fields import Fields
from exchange.bybit.keys import Keys
from exchange.bybit.sockets import trading_socket
from exchange.clock import Clock
from exchange.errors import Fatal, ProtocolError
from exchange.ports import TradingSocket
from messages.orders import OrdersAnswered, Outcome, SendOrders

#: How long after the receive window a reply is still awaited.
_GRACE_MS: Final = 1000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A request on its way; ``sent_ms`` by our clock."""

    orders: SendOrders
    sent_ms: int


class BybitTradingSocket(Connection, TradingSocket):
    """Orders over one socket; opened once.

    ``late`` counts replies that came after their request was answered UNKNOWN; they are dropped, since
    the order is being looked up. A request is answered by whoever takes it out of ``_in_flight``: the
    reader, ``expire``, the connection's end or ``close``.
    """

    def __init__(
        self, endpoints: Endpoints, keys: Keys, clock: Clock, on_problem: Callable[[ProtocolError], None]
    ) -> None:
        if endpoints.trading is None:
            raise Fatal(f"{endpoints.name} has no trading socket: send orders by REST")
        super().__init__("trading socket", trading_socket(endpoints.trading, keys, clock), clock, on_problem)
        self.late = 0
        self._in_flight: dict[str, _Sent] = {}
        self._on_answer: Callable[[OrdersAnswered], None] = nobody

    def open(self, on_answer: Callable[[OrdersAnswered], None], on_lost: Callable[[str], None]) -> None:
        """Connect and authenticate; see the port."""
        self._on_answer = on_answer
        self._open(on_lost)

    def send(self, orders: SendOrders) -> None:
        """Send a request; a connection that has ended answers RETRYABLE, since nothing leaves.

        Raises ValueError for what can't be a request (see ``encode.request_params``) and for an id that
        is in flight.
        """
        text = trading_frame(orders)
        if not self._up or self._end_reason or self._closed:
            self._answer_unsent(orders)
            return
        if orders.request_id in self._in_flight:
            raise ValueError(f"request {orders.request_id} is in flight: each request needs an id of its own")
        self._in_flight[orders.request_id] = _Sent(orders=orders, sent_ms=self._clock.now_ms())
        try:
            self._send(text)
        except (OSError, websocket.WebSocketException) as failure:
            self._give_up(orders.request_id, f"sending failed: {type(failure).__name__}: {failure}")
            return
        if self._end_reason or self._closed:  # it ended while we sent: nobody else may look here again
            self._give_up(orders.request_id, self._end_reason)

    def expire(self, now_ms: int) -> None:
        """Answer UNKNOWN for every request whose receive window is over by more than a second.

        Where nothing at all was heard since it left, the connection carries nothing any more, though nobody
        has said so: it is ended, and what follows goes by REST long before the silence is noticed otherwise.
        """
        for request_id, sent in list(self._in_flight.items()):
            age_ms = now_ms - sent.sent_ms
            if age_ms > sent.orders.recv_window_ms + _GRACE_MS:
                self._give_up(request_id, f"no reply in {age_ms} ms")
                if self._socket is not None and self._socket.heard_ms < sent.sent_ms:
                    self._socket.cut(f"no reply in {age_ms} ms, and nothing else heard")

    def _handshake(self, deadline_ns: int) -> None:
        reply = Fields(dict(self._authenticated(deadline_ns)), self.name)
        failure = error(reply.integer("retCode"), reply.text("retMsg", ""), changes=False)
        if failure is not None:
            raise failure

    def _take(self, frame: Frame, received_ns: int) -> None:
        sent = self._in_flight.pop(str(frame.get("reqId")), None)
        if sent is None:
            self.late += 1
            _log.info("%s: a late reply to request %s", self.name, frame.get("reqId"))
            return
        now_ms = self._clock.now_ms()
        try:
            answered = decode_answer(sent.orders, frame, _headers(frame), now_ms)
        except ProtocolError as problem:
            answered = all_unknown(sent.orders, str(problem), now_ms)
            self._report(problem)
        self._on_answer(answered)

    def _settle(self, reason: str) -> None:
        for request_id in list(self._in_flight):
            self._give_up(request_id, reason)

    def _give_up(self, request_id: str, reason: str) -> None:
        """Answer UNKNOWN, unless somebody else answered meanwhile."""
        sent = self._in_flight.pop(request_id, None)
        if sent is not None:
            text = f"{reason}; it may have been carried out: look it up"
            self._on_answer(all_unknown(sent.orders, text, self._clock.now_ms()))

    def _answer_unsent(self, orders: SendOrders) -> None:
        text = f"{self.name} not open: nothing left; send it anew once it is up"
        now_ms = self._clock.now_ms()
        self._on_answer(all_alike(orders, Outcome.RETRYABLE, 0, text, now_ms, sent=False))


def _headers(frame: Frame) -> dict[str, Any]:
    headers = frame.get("header")
    return headers if isinstance(headers, dict) else {}
