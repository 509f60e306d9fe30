"""A symbol's units: prices are whole ticks and quantities whole steps, so that they stay exact.

Files and random generators speak binary floats. They are turned into whole numbers of ticks and steps
once, here, and leave as ``Decimal`` (whole number times tick), so that no float reaches a trade.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.venue.contract import Trade
from exchange.venue.market.errors import PriceError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FLOAT_NOISE = 1e-6
"""Share of a unit by which a float may miss it and still mean it: far above float64's own error."""

MOST_UNITS = 2**52
"""Above this a float64 can't tell one unit from the next."""


class Listing(NamedTuple):
    """How a symbol is quoted: ``tick`` (USDT), ``step`` (base coin), ``start_price`` (USDT)."""

    tick: Decimal
    step: Decimal
    start_price: Decimal

    @classmethod
    def of(cls, symbol: str, values: tuple[Decimal, Decimal, Decimal]) -> Listing:
        """Check and name the three; raises PriceError unless all are positive and finite."""
        listing = cls(*values)
        for name, value in listing._asdict().items():
            if not (value.is_finite() and value > 0):
                raise PriceError(f"{symbol}: {name} is {value}; it must be above 0")
        if listing.start_price < listing.tick:
            raise PriceError(
                f"{symbol}: start_price {listing.start_price} is below one tick ({listing.tick})"
            )
        return listing


class Prints(NamedTuple):
    """Trades of one symbol as columns of one length, in order of time."""

    time_ms: Ints
    ticks: Ints
    steps: Ints
    buys: Flags

    def cut(self, first: int, end: int | None = None) -> Prints:
        """Rows ``first`` up to but without ``end``."""
        rows = slice(first, end)
        return Prints(self.time_ms[rows], self.ticks[rows], self.steps[rows], self.buys[rows])

    def trades(self, symbol: str, listing: Listing) -> Iterator[Trade]:
        """The same as Trades, every price on the tick and every quantity on the step."""
        tick, step = listing.tick, listing.step
        for time_ms, ticks, steps, buy in zip(*(column.tolist() for column in self), strict=True):
            yield Trade(
                symbol=symbol,
                price=ticks * tick,
                qty=steps * step,
                taker="Buy" if buy else "Sell",
                market_ms=time_ms,
            )


def to_units(values: Floats, unit: Decimal) -> tuple[Ints, int]:
    """Nearest whole numbers of ``unit``, and how many values were truly off it (not by float noise)."""
    exact = values / float(unit)
    whole = np.rint(exact)
    off = int(np.count_nonzero(np.abs(exact - whole) > np.maximum(FLOAT_NOISE, np.abs(exact) * 1e-12)))
    return whole.astype(np.int64), off
