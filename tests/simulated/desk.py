"""A bot's desk at the simulated venue: the four ports of account 001, and all that they have told."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from exchange.errors import ProtocolError
from exchange.simulated.venue import Served, SimulatedVenue
from exchange.simulated.weather import CALM, Weather
from exchange.venue.contract import PrivatePush, Trade
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.quirks import Quirks
from exchange.venue.records import AccountSpec
from messages.account import StreamEvent
from messages.market import Price
from messages.orders import Action, OrderCommand, OrdersAnswered, SendOrders

START_MS = 1_760_000_000_000
SYMBOL = "SOLUSDT"


class HandTime:
    """Virtual time for one sleeper: a sleep does what is due meanwhile."""

    def __init__(self) -> None:
        self._now_ms = START_MS
        self._heap: list[tuple[int, int, Callable[[], object]]] = []
        self._count = 0
        self._acting = False

    def now_ms(self) -> int:
        return self._now_ms

    def at(self, due_ms: int, action: Callable[[], object]) -> None:
        self._count += 1
        heapq.heappush(self._heap, (max(due_ms, self._now_ms), self._count, action))

    def sleep(self, ms: int) -> None:
        assert not self._acting, "an action must not sleep"
        until_ms = self._now_ms + ms
        while self._heap and self._heap[0][0] <= until_ms:
            self._now_ms, _, action = heapq.heappop(self._heap)
            self._acting = True
            try:
                action()
            finally:
                self._acting = False
        self._now_ms = until_ms


class HandClock:
    """A process's clock, off the venue's by ``offset_ms``."""

    def __init__(self, time: HandTime, offset_ms: int = 0) -> None:
        self._time = time
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        return self._time.now_ms() + self.offset_ms

    def monotonic_ns(self) -> int:
        return self._time.now_ms() * 1_000_000


class Desk:
    """One process of the bot. ``told`` keeps what came, in order, with the time at which it came."""

    def __init__(self, weather: Weather = CALM, *, seed: int = 1, offset_ms: int = 0) -> None:
        self.time = HandTime()
        self.core = VenueCore(
            seed=seed,
            now_ms=START_MS,
            instruments=default_instruments(),
            accounts=[AccountSpec(name="001", hedge=True), AccountSpec(name="002", hedge=True)],
            quirks=Quirks(),
        )
        self.venue = SimulatedVenue(self.core, self.time, Random(f"desk/{seed}"))
        self.served: list[Served] = []
        self.delivered: list[PrivatePush] = []
        self.moved: list[int] = []
        self.venue.on_served.append(self.served.append)
        self.venue.on_delivered.append(self.delivered.append)
        self.venue.on_moved.append(self.moved.append)
        self.told: list[tuple[int, object]] = []
        self.problems: list[ProtocolError] = []
        self.lost: list[str] = []
        self.on_lost: Callable[[str], object] = self.lost.append
        self.on_answer: Callable[[OrdersAnswered], object] = self._tell
        self.clock = HandClock(self.time, offset_ms)
        self.exchange = self.venue.exchange("001", self.clock, self.problems.append)
        self.print("150.00")
        self.rest = self.exchange.rest()
        self.private = self.exchange.private_stream()
        self.public = self.exchange.public_stream()
        self.socket = self.exchange.trading_socket()
        self._sent = 0
        self._weather = weather

    def open(self) -> Desk:
        """Open all three connections in calm weather; then comes the other."""
        self.private.open(self._heard, self._lost)
        self.public.open((SYMBOL,), self._tell, self._lost)
        self.socket.open(self._answered, self._lost)
        self.venue.weather = self._weather
        return self

    def renew(self) -> None:
        """Open three new connections in the present weather."""
        self.reopen_private()
        self.public, self.socket = self.exchange.public_stream(), self.exchange.trading_socket()
        self.public.open((SYMBOL,), self._tell, self._lost)
        self.socket.open(self._answered, self._lost)

    def reopen_private(self) -> None:
        """Open a new private stream in the present weather."""
        self.private = self.exchange.private_stream()
        self.private.open(self._heard, self._lost)

    def print(self, price: str, qty: str = "1000", taker: str = "Buy") -> None:
        """Let the market print once."""
        trade = Trade(symbol=SYMBOL, price=Decimal(price), qty=Decimal(qty), taker=taker, market_ms=0)
        self.venue.trade(trade)

    def wait(self, ms: int = 100) -> None:
        """Let time pass; the owner's checks of its connections go on every second."""
        until_ms = self.time.now_ms() + ms
        while self.time.now_ms() < until_ms:
            self.time.sleep(min(1_000, until_ms - self.time.now_ms()))
            for port in (self.private, self.public, self.socket):
                port.check(self.clock.now_ms())
            self.socket.expire(self.clock.now_ms())

    def request(self, *commands: OrderCommand, action: Action = Action.PLACE) -> SendOrders:
        """A request, stamped now."""
        self._sent += 1
        return SendOrders(
            request_id=f"001-{self._sent}",
            action=action,
            commands=commands,
            timestamp_ms=self.clock.now_ms(),
        )

    def of(self, kind: type[Any]) -> Sequence[Any]:
        """What came of a kind."""
        return [what for _, what in self.told if isinstance(what, kind)]

    def orders_at_the_venue(self) -> list[str]:
        """The ids of all orders that the venue has ever accepted, in their order."""
        return list(self.core.books["001"].links)

    def _heard(self, events: tuple[StreamEvent, ...], received_ns: int) -> None:
        assert received_ns == self.clock.monotonic_ns()
        for event in events:
            self._tell(event)

    def _answered(self, answered: OrdersAnswered) -> None:
        self.on_answer(answered)

    def _lost(self, reason: str) -> None:
        self.on_lost(reason)

    def _tell(self, what: StreamEvent | Price | OrdersAnswered) -> None:
        self.told.append((self.time.now_ms(), what))
