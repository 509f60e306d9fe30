"""Ticker frames as prices: snapshots and deltas merged, one Price where last or mark changed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from exchange.bybit.fields import Fields
from exchange.errors import ProtocolError
from messages.market import Price

TICKERS: Final = "tickers."
_FARTHEST: Final = 2


class Tickers:
    """The last and mark price of each symbol of one connection, as its frames told them so far."""

    def __init__(self) -> None:
        self._last: dict[str, Decimal] = {}
        self._mark: dict[str, Decimal] = {}

    def decode(self, frame: Mapping[str, object]) -> Price | None:
        """The price after a parsed ticker frame, also where that says nothing of it: it still holds then.

        In a delta a missing field means unchanged, so every frame makes the price as young as itself.
        Until both prices are known there is none. Other topics give None; raises ProtocolError where a
        price can't be read, isn't above 0, or is twice the other and more.
        """
        envelope = Fields(frame, "public stream")
        topic = envelope.text("topic")
        if not topic.startswith(TICKERS):
            return None
        symbol = topic.removeprefix(TICKERS)
        try:
            return self._told(symbol, envelope.time_ms("ts"), Fields(frame.get("data"), topic))
        except ProtocolError:
            self._forget(symbol, frame.get("data"))
            raise

    def _told(self, symbol: str, at_ms: int, data: Fields) -> Price | None:
        if data.has("lastPrice"):
            self._last[symbol] = data.positive("lastPrice")
        if data.has("markPrice"):
            self._mark[symbol] = data.positive("markPrice")
        last, mark = self._last.get(symbol), self._mark.get(symbol)
        if last is None or mark is None:
            return None
        check_distance(data, last, mark)
        return Price(symbol=symbol, last=last, mark=mark, at_ms=at_ms)

    def _forget(self, symbol: str, data: object) -> None:
        """What a frame said is lost, and the next delta will not repeat it: it is no longer known."""
        for known, name in ((self._last, "lastPrice"), (self._mark, "markPrice")):
            if not isinstance(data, dict) or name in data:
                known.pop(symbol, None)


def check_distance(data: Fields, last: Decimal, mark: Decimal) -> None:
    """Refuse a pair of prices of which one must be false: an order's quantity would follow from it.

    Bybit lets nobody trade that far from the mark price.
    """
    if max(last, mark) > _FARTHEST * min(last, mark):
        raise ProtocolError(
            f"{data.place}: lastPrice is {last} and markPrice {mark}, at most twice the other expected; the "
            "frame is left out: prices count again once later ones have told both"
        )
