"""What every market has in common: trades of several symbols, merged in the order of replayed time."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from exchange.venue.contract import Trade


class TradeStream:
    """A Market over one iterator of trades per symbol, each in order of time; read as far as asked."""

    def __init__(
        self,
        streams: Iterable[Iterator[Trade]],
        *,
        symbols: Sequence[str],
        start_ms: int,
        notes: Sequence[str] = (),
    ) -> None:
        self._trades = heapq.merge(*streams, key=attrgetter("market_ms"))
        self._next = next(self._trades, None)
        self.symbols = tuple(symbols)
        """The symbols that have prices."""
        self.start_ms = start_ms
        """Market time (UTC ms) at which prices begin: ask ``until`` from here on."""
        self.notes = tuple(notes)
        """What a user should know about how these prices were made ready, a sentence each."""

    @property
    def ended(self) -> bool:
        """Whether every trade has been given out; never true of a generated market."""
        return self._next is None

    def until(self, market_ms: int) -> Sequence[Trade]:
        """Every trade with a market time up to and including ``market_ms`` not yet given out."""
        given: list[Trade] = []
        trade = self._next
        while trade is not None and trade.market_ms <= market_ms:
            given.append(trade)
            trade = next(self._trades, None)
        self._next = trade
        return given
