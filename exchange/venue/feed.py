"""The public streams: publicTrade at once, tickers every 100 ms, kline.1 every second, only if changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from exchange.venue.contract import PublicPush, Trade
from exchange.venue.floor import Floor
from exchange.venue.listing import Listing
from exchange.venue.market_rows import candle_row, ticker_row, trade_row

TICKER_MS = 100
KLINE_MS = 1000
TRADES_A_FRAME = 1024


class Feed:
    """What the streams have told of one symbol, and what is still to tell."""

    __slots__ = ("_floor", "_listing", "_planned", "_sent_ms", "_ticker", "_trades")

    def __init__(self, floor: Floor, listing: Listing) -> None:
        self._floor = floor
        self._listing = listing
        self._planned: set[str] = set()
        self._sent_ms: dict[str, int] = {}
        self._ticker: dict[str, Any] = {}
        self._trades: list[dict[str, Any]] = []

    def note(self, trade: Trade, now_ms: int) -> None:
        """A print has happened (and is in the listing): plan the frames that tell it."""
        listing = self._listing
        self._trades.append(trade_row(listing, trade, now_ms, listing.seq, listing.prints))
        self._plan("trade", now_ms, self._send_trades)
        self._plan("ticker", self._sent_ms.get("ticker", now_ms - TICKER_MS) + TICKER_MS, self._send_ticker)
        self._plan("kline", self._sent_ms.get("kline", now_ms - KLINE_MS) + KLINE_MS, self._send_kline)
        if listing.candles.rolled:
            closed = listing.candles.previous
            assert closed is not None
            row = candle_row(closed, listing.instrument.tick, now_ms, confirm=True)
            self._floor.outbox.public(f"kline.1.{listing.symbol}", "snapshot", [row], now_ms)

    def _plan(self, what: str, due_ms: int, action: Callable[[int], None]) -> None:
        if what not in self._planned:
            self._planned.add(what)
            self._floor.at(due_ms, partial(self._do, what, action))

    def _do(self, what: str, action: Callable[[int], None], now_ms: int) -> None:
        self._planned.discard(what)
        self._sent_ms[what] = now_ms
        action(now_ms)

    def _send_trades(self, now_ms: int) -> None:
        rows, self._trades = self._trades, []
        for first in range(0, len(rows), TRADES_A_FRAME):
            part = rows[first : first + TRADES_A_FRAME]
            self._floor.outbox.public(f"publicTrade.{self._listing.symbol}", "snapshot", part, now_ms)

    def _send_ticker(self, now_ms: int) -> None:
        """A snapshot the first time, then what has changed."""
        row = ticker_row(self._listing, now_ms)
        kind = "delta" if self._ticker else "snapshot"
        changed = {k: v for k, v in row.items() if k == "symbol" or self._ticker.get(k) != v}
        self._ticker = row
        self._floor.outbox.public(f"tickers.{self._listing.symbol}", kind, changed, now_ms)

    def _send_kline(self, now_ms: int) -> None:
        candle = self._listing.candles.current
        assert candle is not None
        row = candle_row(candle, self._listing.instrument.tick, now_ms, confirm=False)
        self._floor.outbox.public(f"kline.1.{self._listing.symbol}", "snapshot", [row], now_ms)

    def snapshot(self, now_ms: int) -> PublicPush:
        """The whole ticker as last told, for who subscribes now; deltas go on from it."""
        row = dict(self._ticker) or ticker_row(self._listing, now_ms)
        return PublicPush(topic=f"tickers.{self._listing.symbol}", kind="snapshot", data=row, at_ms=now_ms)
