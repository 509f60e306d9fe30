"""Bars of one symbol, checked and in whole units, and the trades that could have made each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from exchange.venue.contract import Trade
from exchange.venue.market.checks import PRICES, check_prices, checked_times, refuse
from exchange.venue.market.errors import PriceError
from exchange.venue.market.listing import MOST_UNITS, Floats, Ints, Listing, to_units
from exchange.venue.market.path import bar_prints, fewest_prints

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars in order of time: UTC ms, ticks and steps, each array of one length (bars).

    ``shift_ms`` is added to every time given out; randomness depends on the bar's own time, so that a
    bar is always replayed the same way for one seed, whatever else is replayed with it.
    """

    symbol: str
    listing: Listing
    time_ms: Ints
    ticks: Ints  # (bars, 4): open, high, low, close
    steps: Ints
    interval_ms: int
    shift_ms: int = 0
    notes: tuple[str, ...] = ()

    @property
    def start_ms(self) -> int:
        """When the first bar begins."""
        return int(self.time_ms[0]) + self.shift_ms

    @property
    def last_ms(self) -> int:
        """When the last bar begins."""
        return int(self.time_ms[-1]) + self.shift_ms

    @property
    def end_ms(self) -> int:
        """When the last bar ends (exclusive)."""
        return self.last_ms + self.interval_ms

    def since(self, start_ms: int) -> Bars:
        """Without the bars that begin before ``start_ms``."""
        first = int(np.searchsorted(self.time_ms, start_ms - self.shift_ms))
        return replace(self, time_ms=self.time_ms[first:], ticks=self.ticks[first:], steps=self.steps[first:])

    def starting_at(self, start_ms: int) -> Bars:
        """Moved in time so that the first bar begins at ``start_ms``."""
        return replace(self, shift_ms=start_ms - int(self.time_ms[0]))

    def trades(self, seed: int) -> Iterator[Trade]:
        """All trades in order of time: each bar's open, high, low, close and volume come out exactly."""
        name = crc32(self.symbol.encode())
        for time_ms, ticks, steps in zip(
            self.time_ms.tolist(), self.ticks.tolist(), self.steps.tolist(), strict=True
        ):
            if steps == 0:
                continue
            rng = np.random.default_rng((seed, name, time_ms))
            prints = bar_prints(ticks, steps, self.interval_ms, rng)
            moved = prints._replace(time_ms=prints.time_ms + (time_ms + self.shift_ms))
            yield from moved.trades(self.symbol, self.listing)


def bars_from(symbol: str, listing: Listing, columns: Mapping[str, Floats], where: str) -> Bars:
    """Check raw columns (UTC ms, USDT, base coin) and put them on tick and step.

    ``where`` names the source in errors. Raises PriceError, naming the first row that is wrong.
    """
    time_ms = checked_times(columns["open_time_ms"], where)
    check_prices(columns, where)
    prices = np.column_stack([columns[name] for name in PRICES])
    units = max(prices.max() / float(listing.tick), columns["volume"].max() / float(listing.step))
    if units > MOST_UNITS:
        raise PriceError(f"{where}: numbers too large for tick {listing.tick} and step {listing.step}")
    ticks, off_tick = to_units(prices, listing.tick)
    refuse(ticks.min(axis=1) < 1, where, f"a price is below half a tick ({listing.tick})")
    steps, off_step = to_units(columns["volume"], listing.step)
    needed = np.where(columns["volume"] > 0, fewest_prints(ticks), 0)
    raised = int(np.count_nonzero(steps < needed))
    notes = [
        f"{where}: {count} {what}"
        for count, what in (
            (off_tick, f"prices were off the tick {listing.tick} and were rounded to it"),
            (off_step, f"volumes were off the step {listing.step} and were rounded to it"),
            (raised, "volumes were below a step for each turn of the bar and were raised to that"),
        )
        if count
    ]
    gaps = np.diff(time_ms)
    if not len(gaps):
        notes.append(f"{where}: a single bar, taken to last one minute")
    return Bars(
        symbol=symbol,
        listing=listing,
        time_ms=time_ms,
        ticks=ticks,
        steps=np.maximum(steps, needed),
        interval_ms=int(gaps.min()) if len(gaps) else MINUTE_MS,
        notes=tuple(notes),
    )
