"""The ports to an exchange. Whoever implements them (pybit, the simulation) keeps these promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from messages.account import StreamEvent
from messages.market import Price
from messages.orders import OrdersAnswered, SendOrders
from messages.requests import Answer, Request


class Rest(Protocol):
    """Blocking requests over one HTTP session; used by one thread only."""

    def call(self, request: Request) -> Answer:
        """Carry out one request; raises ``exchange.errors.ExchangeError``, nothing else."""
        ...

    def send(self, orders: SendOrders) -> OrdersAnswered:
        """Send an order request by REST; never raises for the exchange's part: answers say what happened."""
        ...

    def close(self) -> None:
        """Release the session."""
        ...


class PrivateStream(Protocol):
    """One authenticated connection with the topics order, execution, position and wallet."""

    def open(
        self, on_events: Callable[[tuple[StreamEvent, ...], int], None], on_lost: Callable[[str], None]
    ) -> None:
        """Connect, authenticate, subscribe and return when all is acknowledged; raises ExchangeError.

        ``on_events(events, received_ns)`` gets each frame's records from the reader's thread, with the
        monotonic clock at its arrival. ``on_lost(reason)`` is called once when the connection has ended
        or gone silent, whatever the cause; after it no event comes any more.
        """
        ...

    def check(self, now_ms: int) -> None:
        """Find out whether the connection still lives, and if not, end it: ``on_lost`` follows.

        The owner calls it every two seconds or so, with the same clock's time as it gave the port.
        """
        ...

    @property
    def heard_ms(self) -> int:
        """When it last said anything, be it a pong (UTC by that clock); 0 before it is open."""
        ...

    def close(self) -> None:
        """Close without calling ``on_lost``; may be called twice."""
        ...


class PublicStream(Protocol):
    """Prices of several symbols over one connection."""

    def open(
        self, symbols: tuple[str, ...], on_price: Callable[[Price], None], on_lost: Callable[[str], None]
    ) -> None:
        """As ``PrivateStream.open``; each ticker frame gives a price, as young as itself."""
        ...

    def check(self, now_ms: int) -> None:
        """As ``PrivateStream.check``."""
        ...

    @property
    def heard_ms(self) -> int:
        """As ``PrivateStream.heard_ms``."""
        ...

    def close(self) -> None:
        """Close without calling ``on_lost``; may be called twice."""
        ...


class TradingSocket(Protocol):
    """Orders over the trading socket: never blocks, every request is answered exactly once."""

    def open(self, on_answer: Callable[[OrdersAnswered], None], on_lost: Callable[[str], None]) -> None:
        """Connect and authenticate; raises ExchangeError. In-flight requests of a lost connection are
        answered UNKNOWN before ``on_lost`` is called."""
        ...

    def send(self, orders: SendOrders) -> None:
        """Send; the answer comes to ``on_answer``, at the latest UNKNOWN when its time is up (the port's
        owner calls ``expire``)."""
        ...

    def expire(self, now_ms: int) -> None:
        """Answer UNKNOWN for every request older than its time limit."""
        ...

    def check(self, now_ms: int) -> None:
        """As ``PrivateStream.check``."""
        ...

    @property
    def heard_ms(self) -> int:
        """As ``PrivateStream.heard_ms``."""
        ...

    def close(self) -> None:
        """Close; in-flight requests are answered UNKNOWN."""
        ...
