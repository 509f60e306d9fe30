"""The venue's one heartbeat: prints that are due go into the core, what comes out goes to listeners.

Everything happens on one event loop. A request first carries out what is due before it, so the journal
tells requests and records in the order in which they happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice
from typing import Protocol

from exchange.venue.contract import Core, Market, PrivatePush, Push, Trade
from exchange.venue.server.connection import Clock
from exchange.venue.server.hub import Hub
from exchange.venue.server.journal import Journal
from exchange.venue.server.public import PublicFeed

LONGEST_PAUSE_MS = 10
PRINTS_AT_ONCE = 256
"""Prints matched before sockets get their turn, so that a fast replay doesn't starve them."""


class TimedMarket(Market, Protocol):
    """A market that knows when its prices begin."""

    start_ms: int


class Engine:
    """Drives a core on the venue's clock while its market runs ``speed`` times as fast."""

    def __init__(
        self,
        core: Core,
        market: TimedMarket,
        hub: Hub,
        feed: PublicFeed,
        journal: Journal,
        *,
        speed: Decimal,
        clock: Clock,
    ) -> None:
        self._core = core
        self._market = market
        self._hub = hub
        self._feed = feed
        self._journal = journal
        self._speed = speed
        self._clock = clock
        self._started_ms = clock()
        self._now_ms = self._started_ms
        self._wake = asyncio.Event()

    def now_ms(self) -> int:
        """The venue's clock; it never goes back."""
        self._now_ms = max(self._now_ms, self._clock())
        return self._now_ms

    def catch_up(self) -> int:
        """Carry out what is due in the core; returns the time. To be called before every request."""
        now_ms = self.now_ms()
        self._publish(self._core.advance(now_ms), now_ms)
        self._wake.set()
        return now_ms

    def print(self, trade: Trade) -> None:
        """Let the market print once, now."""
        now_ms = self.catch_up()
        self._core.trade(trade, now_ms)
        self._feed.note(trade, now_ms)
        self._publish(self._core.advance(now_ms), now_ms)

    async def run(self) -> None:
        """Drive until cancelled. Raises JournalFailed."""
        while True:
            await self.step()
            self._journal.check()
            due = [at for at in (self._core.due_ms(), self._hub.due_ms()) if at is not None]
            pause_ms = min([LONGEST_PAUSE_MS, *(at - self.now_ms() for at in due)])
            await self._rest(pause_ms)

    async def _rest(self, pause_ms: int) -> None:
        """Sleep, but not through a request: what it schedules may be due sooner than all else."""
        self._wake.clear()
        if pause_ms <= 0:
            await asyncio.sleep(0)
            return
        try:
            async with asyncio.timeout(pause_ms / 1000):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def step(self) -> None:
        """Print what the market has due, carry out what is due, publish what comes of it."""
        now_ms = self.now_ms()
        market_ms = self._market.start_ms + int((now_ms - self._started_ms) * self._speed)
        trades = iter(self._market.until(market_ms))
        while burst := list(islice(trades, PRINTS_AT_ONCE)):
            self._match(burst)
            await asyncio.sleep(0)
        now_ms = self.now_ms()
        self._publish(self._core.advance(now_ms), now_ms)
        self._publish(self._feed.take(now_ms), now_ms)
        self._hub.release(now_ms)

    def _match(self, trades: Sequence[Trade]) -> None:
        """Print each at its own time, with what is scheduled in between carried out in between."""
        pushes: list[Push] = []
        for trade in trades:
            behind_ms = int((trade.market_ms - self._market.start_ms) / self._speed)
            at_ms = min(self._started_ms + behind_ms, self._now_ms)
            pushes += self._core.advance(at_ms)
            self._core.trade(trade, at_ms)
            self._feed.note(trade, at_ms)
        self._publish(pushes, self.now_ms())

    def _publish(self, pushes: Iterable[Push], now_ms: int) -> None:
        for push in pushes:
            if isinstance(push, PrivatePush):
                self._journal.push(push)
            self._hub.push(push, now_ms)
