"""The ports PrivateStream and PublicStream over pybit's websockets; frames are decoded once, here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from exchange.bybit.connection import Connection, Frame, nobody
from exchange.bybit.decode_private import PRIVATE_TOPICS, decode_private
from exchange.bybit.decode_public import TICKERS, Tickers
from exchange.bybit.endpoints import Endpoints
from exchange.bybit.keys import Keys
from exchange.bybit.sockets import private_socket, public_socket
from exchange.clock import Clock
from exchange.errors import ProtocolError, Refused
from exchange.ports import PrivateStream, PublicStream
from messages.account import OrderRow, StreamEvent
from messages.market import Price
from messages.sides import Side

OnEvents = Callable[[tuple[StreamEvent, ...], int], None]
OnProblem = Callable[[ProtocolError], None]

_ORDERS_REMEMBERED: Final = 10_000
_MOST_CHARACTERS: Final = 2_000  # of a request's topics; Bybit takes 21,000 a connection


class BybitPrivateStream(Connection, PrivateStream):
    """The account's stream; opened once.

    Events may come before ``open`` returns. ``dropped`` counts records of other categories. A record
    that can't be read is given to ``on_problem``, from the reader's thread: ask for a sync then.
    """

    def __init__(self, endpoints: Endpoints, keys: Keys, clock: Clock, on_problem: OnProblem) -> None:
        super().__init__("private stream", private_socket(endpoints.private, keys, clock), clock, on_problem)
        self.dropped = 0
        self._keys = keys
        self._legs: OrderedDict[str, Side] = OrderedDict()
        self._on_events: OnEvents = nobody

    def open(self, on_events: OnEvents, on_lost: Callable[[str], None]) -> None:
        """Connect, authenticate and subscribe; see the port."""
        self._on_events = on_events
        self._open(on_lost)

    def _handshake(self, deadline_ns: int) -> None:
        reply = self._authenticated(deadline_ns)
        if reply.get("success") is not True:
            said = self._keys.masked(str(reply.get("ret_msg")))
            raise Refused(
                f"{self.name}: authentication refused: {said}; check the API key and its environment"
            )
        self._subscribe(PRIVATE_TOPICS, "private", deadline_ns)

    def _take(self, frame: Frame, received_ns: int) -> None:
        decoded = decode_private(frame, self._legs)
        self.dropped += decoded.dropped
        for event in decoded.events:
            if isinstance(event, OrderRow) and event.leg is not None:
                self._remember(event.order_id, event.leg)
        if decoded.events:
            self._on_events(decoded.events, received_ns)
        for problem in decoded.problems:
            self._report(problem)

    def _remember(self, order_id: str, leg: Side) -> None:
        """Keep an order's leg for its executions, which carry none; the oldest are forgotten."""
        self._legs[order_id] = leg
        self._legs.move_to_end(order_id)
        if len(self._legs) > _ORDERS_REMEMBERED:
            self._legs.popitem(last=False)


class BybitPublicStream(Connection, PublicStream):
    """The market's stream; opened once. Prices may come before ``open`` returns."""

    def __init__(self, endpoints: Endpoints, clock: Clock, on_problem: OnProblem) -> None:
        super().__init__("public stream", public_socket(endpoints.public, clock), clock, on_problem)
        self._tickers = Tickers()
        self._symbols: tuple[str, ...] = ()
        self._on_price: Callable[[Price], None] = nobody

    def open(
        self,
        symbols: tuple[str, ...],
        on_price: Callable[[Price], None],
        on_lost: Callable[[str], None],
    ) -> None:
        """Connect and subscribe to the symbols' tickers; see the port."""
        self._symbols, self._on_price = symbols, on_price
        self._open(on_lost)

    def _handshake(self, deadline_ns: int) -> None:
        topics = [TICKERS + symbol for symbol in self._symbols]
        for number, part in enumerate(_parts(topics)):
            self._subscribe(part, f"tickers-{number}", deadline_ns)

    def _take(self, frame: Frame, received_ns: int) -> None:
        price = self._tickers.decode(frame)
        if price is not None:
            self._on_price(price)


def _parts(topics: Sequence[str]) -> Iterator[list[str]]:
    """The topics in requests of a bearable length."""
    part: list[str] = []
    for topic in topics:
        if part and sum(map(len, part)) + len(topic) > _MOST_CHARACTERS:
            yield part
            part = []
        part.append(topic)
    if part:
        yield part
