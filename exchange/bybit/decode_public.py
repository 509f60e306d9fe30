"""Ticker frames as prices: snapshots and deltas merged, one Price where last or mark changed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from exchange.bybit.fields import Fields
from messages.market import Price

TICKERS = "tickers."


class Tickers:
    """The last and mark price of each symbol of one connection, as its frames told them so far."""

    def __init__(self) -> None:
        self._last: dict[str, Decimal] = {}
        self._mark: dict[str, Decimal] = {}

    def decode(self, frame: Mapping[str, object]) -> Price | None:
        """The price after a parsed ticker frame, also where that says nothing of it: it still holds then.

        In a delta a missing field means unchanged, so every frame makes the price as young as itself.
        Until both prices are known there is none. Other topics give None; raises ProtocolError where a
        price can't be read or isn't above 0.
        """
        envelope = Fields(frame, "public stream")
        topic = envelope.text("topic")
        if not topic.startswith(TICKERS):
            return None
        at_ms = envelope.integer("ts")
        symbol = topic.removeprefix(TICKERS)
        data = Fields(frame.get("data"), topic)
        self._keep(self._last, symbol, data, "lastPrice")
        self._keep(self._mark, symbol, data, "markPrice")
        last, mark = self._last.get(symbol), self._mark.get(symbol)
        if last is None or mark is None:
            return None
        return Price(symbol=symbol, last=last, mark=mark, at_ms=at_ms)

    @staticmethod
    def _keep(known: dict[str, Decimal], symbol: str, data: Fields, name: str) -> None:
        """Take over one price, if the frame has it."""
        if data.has(name):
            known[symbol] = positive(data, name)


def positive(data: Fields, name: str) -> Decimal:
    """A price, which is above 0."""
    price = data.decimal(name)
    if price <= 0:
        raise data.bad(name, "a price above 0")
    return price
