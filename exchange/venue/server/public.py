"""Public topics, made from prints and from the core's own rows: what is conflated and sampled, and how.

A burst of prints (a fast replay) is shown in samples; the core has matched every one of them before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from exchange.venue.contract import PublicPush, Reply, Trade

TICKERS_EVERY_MS = 100
CANDLES_EVERY_MS = 1_000
TRADES_EVERY_MS = 10
TRADES_IN_A_FRAME = 64
MINUTE_MS = 60_000
REST_ONLY = frozenset(
    ("predictedDeliveryPrice", "basisRate", "basisRateYear", "basis", "deliveryFeeRate", "deliveryTime")
)
"""Fields of a ticker that its stream doesn't have."""

Ask = Callable[[str, Mapping[str, Any]], Reply]
Row = dict[str, Any]


class PublicFeed:
    """Frames for the public topics that somebody wants.

    ``ask`` serves a public request by operation and parameters. ``wanted`` says whether a topic has a
    listener: for others nothing is worked out.
    """

    def __init__(self, ask: Ask, wanted: Callable[[str], bool]) -> None:
        self._ask = ask
        self._wanted = wanted
        self._trades: dict[str, deque[Row]] = {}
        self._last: dict[str, Trade] = {}
        self._falling: dict[str, bool] = {}
        self._moved: dict[str, set[str]] = {"tickers": set(), "kline": set()}
        self._due_ms = {"publicTrade": 0, "tickers": 0, "kline": 0}
        self._tickers: dict[str, Row] = {}
        self._candles: dict[str, Row] = {}
        self._count = 0

    def note(self, trade: Trade, now_ms: int) -> None:
        """Take in a print that the core has matched."""
        symbol = trade.symbol
        for moved in self._moved.values():
            moved.add(symbol)
        self._count += 1
        last = self._last.get(symbol, trade)
        self._last[symbol] = trade
        if trade.price != last.price:
            self._falling[symbol] = trade.price < last.price
        if self._wanted(f"publicTrade.{symbol}"):
            rows = self._trades.setdefault(symbol, deque(maxlen=TRADES_IN_A_FRAME))
            rows.append(_trade_row(trade, self._direction(symbol), self._count, now_ms))

    def snapshot(self, topic: str, now_ms: int) -> PublicPush | None:
        """What a new listener of ``topic`` gets first; None where a stream just begins."""
        kind, _, symbol = topic.rpartition(".")
        if kind != "tickers":
            return None
        # Deltas go to all listeners alike: everybody has to start from the row they are made against.
        row = self._tickers.get(symbol) or self._ticker(symbol)
        if row is None:
            return None
        self._tickers[symbol] = row
        return PublicPush(topic=topic, kind="snapshot", data=row, at_ms=now_ms)

    def take(self, now_ms: int) -> list[PublicPush]:
        """The frames that are due."""
        frames: list[PublicPush] = []
        if self._is_due("publicTrade", TRADES_EVERY_MS, now_ms):
            for symbol, rows in self._trades.items():
                frames.append(_frame(f"publicTrade.{symbol}", list(rows), now_ms))
            self._trades.clear()
        if self._is_due("tickers", TICKERS_EVERY_MS, now_ms):
            for symbol in self._take_moved("tickers"):
                frames += self._ticker_frames(symbol, now_ms)
        if self._is_due("kline", CANDLES_EVERY_MS, now_ms):
            for symbol in self._take_moved("kline"):
                frames += self._candle_frames(symbol, now_ms)
        return frames

    def _is_due(self, kind: str, every_ms: int, now_ms: int) -> bool:
        if now_ms < self._due_ms[kind]:
            return False
        self._due_ms[kind] = now_ms + every_ms
        return True

    def _take_moved(self, kind: str) -> list[str]:
        moved, self._moved[kind] = self._moved[kind], set()
        return sorted(moved)

    def _ticker_frames(self, symbol: str, now_ms: int) -> list[PublicPush]:
        topic = f"tickers.{symbol}"
        known = self._tickers.pop(symbol, None)
        row = self._ticker(symbol) if self._wanted(topic) else None
        if row is None:
            return []  # and the next listener starts from fresh figures
        self._tickers[symbol] = row
        if known is None:
            return [_frame(topic, row, now_ms)]
        changed = {name: value for name, value in row.items() if known.get(name) != value}
        return [_frame(topic, {"symbol": symbol, **changed}, now_ms, kind="delta")] if changed else []

    def _ticker(self, symbol: str) -> Row | None:
        """The ticker as it is; None before the first print."""
        if symbol not in self._last:
            return None
        reply = self._ask("market.tickers", {"category": "linear", "symbol": symbol})
        row = {name: value for name, value in reply.result["list"][0].items() if name not in REST_ONLY}
        return {**row, "tickDirection": self._direction(symbol)}

    def _candle_frames(self, symbol: str, now_ms: int) -> list[PublicPush]:
        """The open minute, and before it the minute that has closed since the last frame."""
        topic = f"kline.1.{symbol}"
        known = self._candles.pop(symbol, None)
        if not self._wanted(topic):
            return []
        params = {"category": "linear", "symbol": symbol, "interval": "1", "limit": "2"}
        values = self._ask("market.kline", params).result["list"]
        newest, *earlier = [_candle_row(one, now_ms) for one in values]
        self._candles[symbol] = newest
        rows = [newest]
        if known is not None and known["start"] < newest["start"]:
            closed = next((row for row in earlier if row["start"] == known["start"]), known)
            rows.insert(0, {**closed, "confirm": True})
        return [_frame(topic, [row], now_ms) for row in rows]

    def _direction(self, symbol: str) -> str:
        return "MinusTick" if self._falling.get(symbol, False) else "PlusTick"


def _frame(topic: str, data: Any, now_ms: int, *, kind: str = "snapshot") -> PublicPush:
    return PublicPush(topic=topic, kind=kind, data=data, at_ms=now_ms)


def _trade_row(trade: Trade, direction: str, number: int, now_ms: int) -> Row:
    return {
        "T": now_ms,
        "s": trade.symbol,
        "S": trade.taker,
        "v": f"{trade.qty:f}",
        "p": f"{trade.price:f}",
        "L": direction,
        "i": f"{number:032x}",
        "BT": False,
        "RPI": False,
        "seq": number,
    }


def _candle_row(values: list[str], now_ms: int) -> Row:
    start, opened, high, low, close, volume, turnover = values
    return {
        "start": int(start),
        "end": int(start) + MINUTE_MS - 1,
        "interval": "1",
        "open": opened,
        "close": close,
        "high": high,
        "low": low,
        "volume": volume,
        "turnover": turnover,
        "confirm": False,
        "timestamp": now_ms,
    }
