"""Prices for tests: nothing trades until it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from exchange.venue.contract import Trade


class ManualMarket:
    """A Market that gives out what was pushed, in the order of pushing."""

    def __init__(self, symbols: Sequence[str] = (), *, start_ms: int = 0) -> None:
        self.symbols = tuple(symbols)
        self.start_ms = start_ms
        self.notes: tuple[str, ...] = ()
        self._now_ms = start_ms
        self._waiting: list[Trade] = []
        self._closed = False

    def push(
        self, symbol: str, price: Decimal, qty: Decimal, *, taker: str = "Buy", market_ms: int | None = None
    ) -> None:
        """Trade once, at ``market_ms`` (by default as early as order allows: with the next ``until``)."""
        if price <= 0 or qty <= 0:
            raise ValueError(f"a trade needs a price and a quantity above 0, not {price} and {qty}")
        latest = self._waiting[-1].market_ms if self._waiting else self._now_ms
        at_ms = latest if market_ms is None else market_ms
        if at_ms < latest:
            raise ValueError(f"a trade at {at_ms} would come after one at {latest}: push in order of time")
        self._waiting.append(Trade(symbol=symbol, price=price, qty=qty, taker=taker, market_ms=at_ms))

    def close(self) -> None:
        """No more trades will be pushed: the market has ended once the last is given out."""
        self._closed = True

    @property
    def ended(self) -> bool:
        """Whether it was closed and every trade has been given out."""
        return self._closed and not self._waiting

    def until(self, market_ms: int) -> Sequence[Trade]:
        """Every pushed trade with a market time up to and including ``market_ms`` not yet given out."""
        self._now_ms = max(self._now_ms, market_ms)
        given = [trade for trade in self._waiting if trade.market_ms <= market_ms]
        del self._waiting[: len(given)]
        return given
