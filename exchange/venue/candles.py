"""Candles of one symbol on the venue's clock: kept by the minute, put together for longer intervals."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from exchange.venue.money import ZERO

MINUTE_MS = 60_000
DAY_MS = 86_400_000
KEPT_MINUTES = 7 * 24 * 60
INTERVAL_MINUTES = {i: int(i) for i in ("1", "3", "5", "15", "30", "60", "120", "240", "360", "720")}
_EPOCH_MONDAY_MS = 4 * DAY_MS  # 1970-01-05, the first Monday


@dataclass(slots=True)
class Candle:
    """Prices in USDT, volume in base coin, turnover in USDT; ``start_ms`` in UTC."""

    start_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    turnover: Decimal

    def join(self, later: Candle) -> None:
        """Grow by a candle that follows."""
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.turnover += later.turnover


@dataclass(frozen=True, slots=True)
class Day:
    """The last 24 hours: first price, extremes and sums; ``hour_open`` is the price an hour ago."""

    open: Decimal
    hour_open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    turnover: Decimal


def start_of(interval: str, at_ms: int) -> int:
    """When the candle of ``interval`` (1 … 720 minutes, D, W, M) that holds ``at_ms`` began."""
    if interval in INTERVAL_MINUTES:
        return at_ms - at_ms % (INTERVAL_MINUTES[interval] * MINUTE_MS)
    if interval == "D":
        return at_ms - at_ms % DAY_MS
    if interval == "W":
        return at_ms - (at_ms - _EPOCH_MONDAY_MS) % (7 * DAY_MS)
    month = datetime.fromtimestamp(at_ms / 1000, UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    return int(month.timestamp()) * 1000


class Candles:
    """The last seven days by the minute, the open minute last."""

    __slots__ = ("_day", "_minutes")

    def __init__(self) -> None:
        self._minutes: deque[Candle] = deque(maxlen=KEPT_MINUTES)
        self._day: tuple[int, Day] | None = None

    def add(self, price: Decimal, qty: Decimal, now_ms: int) -> None:
        """Take in one trade at ``now_ms``."""
        start = now_ms - now_ms % MINUTE_MS
        minutes = self._minutes
        if minutes and minutes[-1].start_ms >= start:
            candle = minutes[-1]
            if price > candle.high:
                candle.high = price
            elif price < candle.low:
                candle.low = price
            candle.close = price
            candle.volume += qty
            candle.turnover += price * qty
        else:
            first = minutes[-1].close if minutes else price
            high, low = max(first, price), min(first, price)
            minutes.append(Candle(start, first, high, low, price, qty, price * qty))

    def newest_first(self, interval: str, start_ms: int, end_ms: int, limit: int) -> Iterator[Candle]:
        """Up to ``limit`` candles that begin in [start_ms, end_ms], the open one included."""
        whole: Candle | None = None
        given = 0
        for minute in reversed(self._minutes):
            start = start_of(interval, minute.start_ms)
            if start > end_ms:
                continue
            if start < start_ms:
                break
            if whole is None or whole.start_ms != start:
                if whole is not None:
                    yield whole
                    given += 1
                    if given == limit:
                        return
                whole = _copy(minute, start)
            else:
                earlier = _copy(minute, start)
                earlier.join(whole)
                whole = earlier
        if whole is not None and given < limit:
            yield whole

    def day(self, now_ms: int) -> Day | None:
        """The last 24 hours; None before the first trade."""
        if not self._minutes:
            return None
        minute = now_ms // MINUTE_MS
        if self._day is None or self._day[0] != minute:
            self._day = (minute, self._closed_day(now_ms))
        closed, now = self._day[1], self._minutes[-1]
        return Day(
            closed.open,
            closed.hour_open,
            max(closed.high, now.high),
            min(closed.low, now.low),
            closed.volume + now.volume,
            closed.turnover + now.turnover,
        )

    def _closed_day(self, now_ms: int) -> Day:
        """The last 24 hours without the open minute; worked out once a minute."""
        now = self._minutes[-1]
        first, hour_open, high, low = now.open, now.open, now.high, now.low
        volume = turnover = ZERO
        for candle in reversed(self._minutes):
            if candle.start_ms < now_ms - DAY_MS:
                break
            if candle is now:
                continue
            first, high, low = candle.open, max(high, candle.high), min(low, candle.low)
            volume += candle.volume
            turnover += candle.turnover
            if candle.start_ms >= now_ms - 60 * MINUTE_MS:
                hour_open = candle.open
        return Day(first, hour_open, high, low, volume, turnover)


def _copy(candle: Candle, start_ms: int) -> Candle:
    return Candle(
        start_ms, candle.open, candle.high, candle.low, candle.close, candle.volume, candle.turnover
    )
