"""A simulated account that several threads share: one lock, one queue of what is to be told.

Nobody drives the core but whoever calls: each request, price or check first carries out what is due.
What comes of it is kept before anybody is told, and told outside the lock, by one thread at a time, in
the order in which it happened.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from functools import partial
from typing import Any, Final

from exchange.clock import Clock
from exchange.dry.beginning import ACCOUNT, Begin, Beginning, Storage
from exchange.venue.contract import PrivatePush, Reply, Trade

Listener = Callable[[PrivatePush], None]
Lock = AbstractContextManager[Any]

#: A ticker says where the market trades, not how much. What our orders ask for is small against it, so a
#: price that reaches one fills it whole: a side's ladder and the other's TP, within one order's maximum
#: each, behind the longest queue that the venue draws (4 times the order).
_PRINT: Final = Decimal(10)
#: What ended longer ago is let go: a bot reads a week back, and an open position keeps all of its own.
_REMEMBERED_MS: Final = 8 * 24 * 3_600_000
_FORGET_EVERY_MS: Final = 3_600_000

_log = logging.getLogger(__name__)


class SimulatedAccount:
    """One account of an in-process venue. It begins with its first use, which may raise ExchangeError.

    ``lock`` is not reentrant or is, as its owner likes: no callback runs under it.
    """

    def __init__(self, begin: Begin, storage: Storage, clock: Clock, lock: Lock) -> None:
        self._begin = begin
        self._storage = storage
        self._clock = clock
        self._lock = lock
        self._begun: Beginning | None = None
        self._kept: tuple[int, int] | None = None
        self._last: dict[str, Decimal] = {}
        self._listener: Listener | None = None
        self._mail: deque[Callable[[], None]] = deque()
        self._telling = False
        self._forget_ms = 0

    def now_ms(self) -> int:
        """The exchange's clock, as its client's shows it."""
        return self._clock.now_ms()

    def ready(self) -> None:
        """Begin, if it has not. Raises ExchangeError."""
        with self._lock:
            self._ready()

    def ask(self, op: str, params: Mapping[str, Any]) -> Reply:
        """A read: it never writes the file, so that ``check`` can look at an account that is running."""
        with self._lock:
            core = self._ready().core
            reply = core.request(ACCOUNT, op, params, self.now_ms())
            self._collect(core.advance(self.now_ms()))
        self._tell()
        return reply

    def change(
        self, op: str, params: Mapping[str, Any], then: Callable[[Reply], None] | None = None
    ) -> Reply:
        """Carry out a request that changes something; ``then`` gets the reply before its outcome is told."""
        with self._lock:
            core = self._ready().core
            reply = core.request(ACCOUNT, op, params, self.now_ms())
            if then is not None:
                self._mail.append(partial(then, reply))
            self._collect(core.advance(self.now_ms()))
            self._keep()
        self._tell()
        return reply

    def price(self, symbol: str, last: Decimal, mark: Decimal) -> None:
        """Let the market have come to these prices; others' symbols are nothing to it."""
        with self._lock:
            self._price(self._ready(), symbol, last, mark)
            self._collect(self._ready().core.advance(self.now_ms()))
            self._keep()
        self._tell()

    def pass_time(self) -> None:
        """Carry out what is due by now."""
        with self._lock:
            self._collect(self._ready().core.advance(self.now_ms()))
            self._keep()
        self._tell()

    def listen(self, listener: Listener) -> None:
        """Tell what is pushed to ``listener``, in the stead of who listened before."""
        with self._lock:
            self._listener = listener

    def leave(self, listener: Listener, then: Callable[[], None] | None = None) -> None:
        """Tell ``listener`` nothing that happens from now on; ``then`` is called after all that did."""
        with self._lock:
            if self._listener == listener:
                self._listener = None
            if then is not None:
                self._mail.append(then)
        self._tell()

    def audit(self) -> list[str]:
        """What doesn't add up in the simulated books; empty when all does."""
        with self._lock:
            return list(self._ready().core.audit())

    def _ready(self) -> Beginning:
        if self._begun is None:
            begun = self._begin()
            self._begun = begun
            self._kept = begun.core.revision
            for price in begun.prices:
                self._price(begun, price.symbol, price.last, price.mark)
        return self._begun

    def _price(self, begun: Beginning, symbol: str, last: Decimal, mark: Decimal) -> None:
        rules = begun.rules.get(symbol)
        if rules is None:
            return
        now_ms, before = self.now_ms(), self._last.get(symbol, last)
        begun.core.set_mark(symbol, mark, now_ms)
        if self._last.get(symbol) != last:
            taker = "Buy" if last >= before else "Sell"
            qty = rules.max_qty * _PRINT
            begun.core.trade(Trade(symbol=symbol, price=last, qty=qty, taker=taker, market_ms=now_ms), now_ms)
            self._last[symbol] = last

    def _collect(self, pushes: Any) -> None:
        if self._listener is not None:
            self._mail.extend(partial(self._listener, push) for push in pushes)

    def _keep(self) -> None:
        """Write the file if anything has happened that an account would notice."""
        begun = self._ready()
        if begun.core.revision == self._kept:
            return
        now_ms = self.now_ms()
        if now_ms >= self._forget_ms:
            begun.core.forget(now_ms - _REMEMBERED_MS)
            self._forget_ms = now_ms + _FORGET_EVERY_MS
        try:
            self._storage.save(begun.packed())
            self._kept = begun.core.revision
        except OSError as error:  # the run goes on; the next change tries again
            _log.error("DRY: %s can't be written (%s): free its disk", self._storage.place, error.strerror)

    def _tell(self) -> None:
        """Empty the queue, unless somebody is at it: he will come to what we put there."""
        while True:
            with self._lock:
                if self._telling or not self._mail:
                    return
                self._telling = True
                say = self._mail.popleft()
            try:
                say()
            finally:
                with self._lock:
                    self._telling = False
