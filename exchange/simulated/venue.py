"""The venue of a simulation: the pure core in virtual time, and the lines that lead to it.

venue = SimulatedVenue(core, time, Random(seed), weather)
exchange = venue.exchange("001", clock, on_problem)  # ports for one process of the bot
venue.trade(trade)                                   # the market prints
venue.act("001", "order.cancel", {...})              # a person's act
venue.weather = CALM                                 # the faults stop
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any, Final

from exchange.clock import Clock
from exchange.errors import ProtocolError
from exchange.simulated.exchange import SimulatedExchange
from exchange.simulated.gate import Gate, Served, WitnessedCore
from exchange.simulated.network import Network
from exchange.simulated.streams import Tickers
from exchange.simulated.virtual_time import VirtualTime
from exchange.simulated.weather import CALM, Weather
from exchange.venue.contract import PrivatePush, Reply, Trade
from exchange.venue.core import VenueCore

__all__ = ["Served", "SimulatedVenue"]

#: How many frames of executions a reconnection may bring again.
_REPLAYED: Final = 20


class SimulatedVenue:
    """Keeps the core's appointments by itself: each is registered with ``time`` once.

    ``faults`` counts every fault that has really happened, by kind. Whoever watches is called at once,
    in the order of these lists, and must not sleep: ``on_served`` after each request that reached the
    core, ``on_pushed`` when the core has given out a private frame, ``on_delivered`` when it reaches the
    bot (the same object, but for a frame of which a part can't be read), ``on_moved`` (with the time)
    when accounts have changed, by time, the market or a request.
    """

    def __init__(self, core: VenueCore, time: VirtualTime, chance: Random, weather: Weather = CALM) -> None:
        self.core = core
        self.on_served: list[Callable[[Served], object]] = []
        self.on_pushed: list[Callable[[PrivatePush], object]] = []
        self.on_delivered: list[Callable[[PrivatePush], object]] = []
        self.on_moved: list[Callable[[int], object]] = []
        self._time = time
        self._network = Network(time, chance, weather)
        self._witnessed = WitnessedCore(core, self.on_served)
        self._gate = Gate(self._witnessed, self._network, self.settle)
        self._tickers = Tickers(self._network)
        self._marks: dict[str, Decimal] = {}
        self._history: deque[PrivatePush] = deque(maxlen=_REPLAYED)
        self._appointments: set[int] = set()
        self._revision = core.revision
        self.settle()

    @property
    def weather(self) -> Weather:
        """How bad things are; may be changed at any time. What is on its way keeps its time."""
        return self._network.weather

    @weather.setter
    def weather(self, weather: Weather) -> None:
        self._network.change(weather)

    def go_down(self, kind: str, ms: int) -> None:
        """Be out of reach for so long from now on: ``kind`` is one of ``network.OUTAGES``."""
        self._network.begin_outage(kind, ms)

    @property
    def faults(self) -> Counter[str]:
        """Every fault that has happened, by kind."""
        return self._network.faults

    def act(self, account: str, op: str, params: Mapping[str, Any]) -> Reply:
        """A person's or the exchange's own act on an account: at once, without limits or faults."""
        self.settle()
        reply = self._witnessed.serve(account, op, params, self._time.now_ms(), by_bot=False)
        self.settle()
        return reply

    def trade(self, trade: Trade) -> None:
        """Let the market print once."""
        self.core.trade(trade, self._time.now_ms())
        self._tickers.note(trade.symbol, trade.price, self._marks.get(trade.symbol, trade.price))
        self.settle()

    def set_mark(self, symbol: str, price: Decimal | None) -> None:
        """Hold a symbol's mark price, or with None let it follow the last price again."""
        self.core.set_mark(symbol, price, self._time.now_ms())
        if price is None:
            self._marks.pop(symbol, None)
        else:
            self._marks[symbol] = price
        if symbol in self._tickers.prices:
            last = self._tickers.prices[symbol][0]
            self._tickers.note(symbol, last, self._marks.get(symbol, last))
        self.settle()

    def fund(self, symbol: str) -> None:
        """Book one funding now."""
        self.core.fund(symbol, self._time.now_ms())
        self.settle()

    def settle(self) -> None:
        """Carry out what is due, send frames on their way, and see to the next appointment."""
        now_ms = self._time.now_ms()
        for push in self.core.advance(now_ms):
            if isinstance(push, PrivatePush):
                self._send(push)
        revision = self.core.revision
        if revision != self._revision:
            self._revision = revision
            for watch in self.on_moved:
                watch(now_ms)
        due_ms = self.core.due_ms()
        if due_ms is not None and due_ms not in self._appointments:
            self._appointments.add(due_ms)
            self._time.at(due_ms, partial(self._keep, due_ms))

    def exchange(
        self, account: str, clock: Clock, on_problem: Callable[[ProtocolError], None]
    ) -> SimulatedExchange:
        """The ports of an account for one process, whose clock may be off the venue's."""
        return SimulatedExchange(
            account,
            clock,
            on_problem,
            self._network,
            self._gate,
            self._tickers,
            self._history,
            self.on_delivered,
        )

    def _keep(self, due_ms: int) -> None:
        self._appointments.discard(due_ms)
        self.settle()

    def _send(self, push: PrivatePush) -> None:
        for watch in self.on_pushed:
            watch(push)
        if push.topic == "execution":
            self._history.append(push)
        for line in self._network.lines:
            line.push(push)
