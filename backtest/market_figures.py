"""Figures of minute prices, real or generated, by which the generator is fitted and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MINUTE_MS = 60_000
ACF_LAGS = (1, 10, 60)
TWO_HOURS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One unbroken run of bars: UTC ms, closes and lows and highs (USDT), USDT traded in each."""

    symbol: str
    source: str
    time_ms: Ints
    close: Floats
    high: Floats
    low: Floats
    usdt: Floats

    @property
    def bar_minutes(self) -> int:
        """Length of a bar."""
        return int(self.time_ms[1] - self.time_ms[0]) // MINUTE_MS

    @property
    def returns(self) -> Floats:
        """Log returns from close to close, one fewer than bars."""
        return np.diff(np.log(self.close))

    @property
    def hours(self) -> Ints:
        """Hour of day (UTC) of each return."""
        return self.time_ms[1:] // (60 * MINUTE_MS) % 24


def figures(month: Series) -> dict[str, float]:
    """What one month of one symbol looks like."""
    returns, size = month.returns, np.abs(month.returns)
    beyond = size - size.mean()
    found = {
        "std of 1m returns, %": 100 * float(returns.std()),
        "kurtosis": float(((returns - returns.mean()) ** 4).mean() / returns.var() ** 2),
    }
    for lag in ACF_LAGS:
        found[f"ACF of |r| at lag {lag}"] = float((beyond[lag:] * beyond[:-lag]).mean() / size.var())
    found["99.9 % quantile of |r|, %"] = 100 * float(np.quantile(size, 0.999))
    found["worst 1m return, %"] = 100 * float(returns.min())
    found["worst 60m return, %"] = 100 * float(np.log(month.close[60:] / month.close[:-60]).min())
    found["mean 1m range, %"] = 100 * float(np.log(month.high / month.low).mean())
    found["median 1m volume, 1000 USDT"] = float(np.median(month.usdt)) / 1e3
    return found


def joint(first: Series, second: Series) -> tuple[Floats, Floats, Ints]:
    """Returns of both in the minutes that they share, and the hours of day."""
    _, here, there = np.intersect1d(first.time_ms[1:], second.time_ms[1:], return_indices=True)
    return first.returns[here], second.returns[there], first.hours[here]


def correlation(pairs: Sequence[tuple[Series, Series]]) -> float:
    """Correlation of 1m returns over all pairs of series together."""
    parts = [joint(*pair)[:2] for pair in pairs]
    both = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return float(np.corrcoef(both[0], both[1])[0, 1])


@dataclass(frozen=True, slots=True)
class Fall:
    """The deepest fall of a stretch: log depth from a high to a low at most two hours later."""

    trough_ms: int
    depth: float
    fall_minutes: int
    rebound: float
    boost: float


def deepest_fall(series: Series, start_ms: int, end_ms: int) -> Fall | None:
    """The deepest fall between two times (UTC ms); None unless the series covers them all."""
    span = slice(*np.searchsorted(series.time_ms, (start_ms, end_ms)))
    if series.time_ms[0] > start_ms or series.time_ms[-1] < end_ms:
        return None
    back, day = TWO_HOURS // series.bar_minutes, 12 * TWO_HOURS // series.bar_minutes
    high, low = np.log(series.high[span]), np.log(series.low[span])
    padded = np.concatenate((np.full(back - 1, -np.inf), high))
    peak = np.lib.stride_tricks.sliding_window_view(padded, back).max(axis=1)
    trough = int((peak - low).argmax())
    depth = float(peak[trough] - low[trough])
    before = high[: trough + 1][::-1] - low[trough]
    fall_bars = int((before >= 0.7 * depth).argmax()) + 1
    half_hour = max(30 // series.bar_minutes, 1)
    closes = np.log(series.close[span])
    rebound = float(closes[min(trough + half_hour, len(closes) - 1)] - low[trough]) / depth
    moves = np.abs(np.diff(closes))
    usual = moves[max(trough - day, 0) : max(trough - back, 1)].mean()
    boost = float(moves[trough : trough + half_hour].mean() / usual)
    time_ms = int(series.time_ms[span][trough])
    return Fall(time_ms, depth, max(fall_bars - 1, 1) * series.bar_minutes, rebound, boost)


def covariance(
    ahead: Sequence[Floats], behind: Sequence[Floats], lag: int, mean_ahead: float, mean_behind: float
) -> float:
    """Mean product of ``ahead`` with ``behind`` ``lag`` minutes earlier, over all parts together."""
    products = [
        (first[lag:] - mean_ahead) * (second[:-lag] - mean_behind)
        for first, second in zip(ahead, behind, strict=True)
    ]
    return float(np.concatenate(products).mean())
