"""An endless market from a seed: trades around the minutes that the fitted model draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zlib import crc32

import numpy as np

from exchange.venue.contract import Trade
from exchange.venue.market.bars import MINUTE_MS
from exchange.venue.market.listing import MOST_UNITS, Flags, Floats, Ints, Listing, Prints
from exchange.venue.market.minutes import HOUR, Minutes, minutes
from exchange.venue.market.model import Model, SymbolModel
from exchange.venue.market.parameters import FITTED
from exchange.venue.market.scenarios import Scenario
from exchange.venue.market.stream import TradeStream

START_MS = 1_735_826_400_000
"""2025-01-02 14:00 UTC: the busiest hours of the day come first."""
USUAL_TRADES, FEWEST_TRADES, MOST_TRADES = 40, 15, 600
"""Trades in a minute: usual, at least (one in 4 s) and at most (10 a second)."""
TRADES_POWER = 0.8
FOLLOW = 0.75
"""How often a taker goes the way that the price goes."""


class GeneratedMarket(TradeStream):
    """Trades for ever: the same for one seed, symbol and scenario, whatever other symbols trade."""

    def __init__(
        self,
        listings: Mapping[str, Listing],
        scenario: Scenario,
        *,
        seed: int,
        start_ms: int = START_MS,
        model: Model = FITTED,
    ) -> None:
        self.scenario = scenario
        super().__init__(
            [
                symbol_trades(model, scenario, symbol, listing, seed, start_ms)
                for symbol, listing in listings.items()
            ],
            symbols=list(listings),
            start_ms=start_ms,
        )


def symbol_trades(
    model: Model, scenario: Scenario, symbol: str, listing: Listing, seed: int, start_ms: int
) -> Iterator[Trade]:
    """Trades of one symbol in order of time, without end."""
    rng = np.random.default_rng((seed, crc32(symbol.encode()), 1))
    own = model.symbol(symbol)
    usual = own.volatility * scenario.volatility
    first_hour = start_ms // (HOUR * MINUTE_MS) % 24
    gone = 0.0  # log distance from the start price
    hour_ms = start_ms
    for hour in minutes(model, scenario, symbol, seed, first_hour):
        rate = USUAL_TRADES * (hour.volatility / usual) ** TRADES_POWER
        counts = rng.poisson(rate.clip(0, MOST_TRADES)).clip(FEWEST_TRADES, MOST_TRADES)
        minute = np.repeat(np.arange(HOUR), counts)
        times = np.sort(minute + rng.random(len(minute))) * MINUTE_MS
        times[0] = 0  # there is a price from the start
        path, rises = _path(hour, counts, minute, rng)
        buys = rng.random(len(minute)) < np.where(rises, FOLLOW, 1 - FOLLOW)
        ratio = np.exp(gone + path)
        exact = ratio * float(listing.start_price / listing.tick)
        ticks = np.where(buys, np.ceil(exact), np.floor(exact)).clip(1, MOST_UNITS).astype(np.int64)
        usdt = _sizes(model, own, hour.volatility / own.volatility, counts, minute, rng)
        steps = np.rint(usdt / ratio / float(listing.start_price * listing.step)).clip(1, MOST_UNITS)
        yield from Prints(times.astype(np.int64) + hour_ms, ticks, steps.astype(np.int64), buys).trades(
            symbol, listing
        )
        gone += float(hour.returns.sum())
        hour_ms += HOUR * MINUTE_MS


def _path(hour: Minutes, counts: Ints, minute: Ints, rng: np.random.Generator) -> tuple[Floats, Flags]:
    """Log price after each trade since the hour's start, and whether it rose: bridges between minutes."""
    wander = (rng.standard_normal(len(minute)) * (hour.volatility / np.sqrt(counts))[minute]).cumsum()
    ends = counts.cumsum()
    reached = wander[ends - 1]
    began = np.concatenate(([0.0], reached[:-1]))
    done = (np.arange(len(minute)) - (ends - counts)[minute] + 1) / counts[minute]
    opened = hour.returns.cumsum() - hour.returns
    path: Floats = opened[minute] + wander - began[minute] + done * (hour.returns - reached + began)[minute]
    return path, np.diff(path, prepend=0.0) > 0


def _sizes(
    model: Model, own: SymbolModel, activity: Floats, counts: Ints, minute: Ints, rng: np.random.Generator
) -> Floats:
    """USDT of each trade: a minute's volume goes with its volatility, and is shared out unevenly."""
    noise = np.exp(rng.standard_normal(HOUR) * model.volume_noise)
    volume = own.minute_usdt * activity**model.volume_power * noise
    shares = np.exp(rng.standard_normal(len(minute)) * model.size_deviation)
    sizes: Floats = volume[minute] * shares / np.bincount(minute, shares, HOUR)[minute]
    return sizes
