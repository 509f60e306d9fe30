"""A trade tape: real trades as they were printed (Binance aggTrades), in whole units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from exchange.venue.contract import Trade
from exchange.venue.market.checks import refuse
from exchange.venue.market.errors import PriceError
from exchange.venue.market.listing import Floats, Listing, Prints, to_units

TAPE_COLUMNS = ("transact_time", "price", "quantity", "is_buyer_maker")
CHUNK = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """Real trades of one symbol in order of time; ``shift_ms`` is added to every time given out."""

    symbol: str
    listing: Listing
    prints: Prints
    shift_ms: int = 0
    notes: tuple[str, ...] = ()

    @property
    def start_ms(self) -> int:
        """When the first trade happens."""
        return int(self.prints.time_ms[0]) + self.shift_ms

    @property
    def last_ms(self) -> int:
        """When the last trade happens."""
        return int(self.prints.time_ms[-1]) + self.shift_ms

    @property
    def end_ms(self) -> int:
        """Just after the last trade."""
        return self.last_ms + 1

    def since(self, start_ms: int) -> Tape:
        """Without the trades before ``start_ms``."""
        first = int(np.searchsorted(self.prints.time_ms, start_ms - self.shift_ms))
        return replace(self, prints=self.prints.cut(first))

    def starting_at(self, start_ms: int) -> Tape:
        """Moved in time so that the first trade happens at ``start_ms``."""
        return replace(self, shift_ms=start_ms - int(self.prints.time_ms[0]))

    def trades(self, seed: int) -> Iterator[Trade]:
        """All trades in order of time. Nothing here is random: ``seed`` changes nothing."""
        for first in range(0, len(self.prints.time_ms), CHUNK):
            part = self.prints.cut(first, first + CHUNK)
            yield from part._replace(time_ms=part.time_ms + self.shift_ms).trades(self.symbol, self.listing)


def tape_from(symbol: str, listing: Listing, columns: Mapping[str, Floats], where: str) -> Tape:
    """Check raw columns (UTC ms, USDT, base coin, 1 when the buyer was the maker) and put them in units."""
    times = columns["transact_time"]
    if not len(times):
        raise PriceError(f"{where}: no rows; give a file with at least one trade")
    for name in TAPE_COLUMNS:
        refuse(~np.isfinite(columns[name]), where, f"{name} is missing or not a finite number")
    for name in ("price", "quantity"):
        refuse(columns[name] <= 0, where, f"{name} must be above 0", columns[name])
    refuse(np.diff(times, prepend=times[0]) < 0, where, "earlier than the row before; sort by time")
    ticks, off_tick = to_units(columns["price"], listing.tick)
    steps, off_step = to_units(columns["quantity"], listing.step)
    refuse(ticks < 1, where, f"price is below half a tick ({listing.tick})", columns["price"])
    notes = [
        f"{where}: {count} {what}"
        for count, what in (
            (off_tick, f"prices were off the tick {listing.tick} and were rounded to it"),
            (
                off_step,
                f"quantities were off the step {listing.step} and were rounded to it, at least one step",
            ),
        )
        if count
    ]
    prints = Prints(times.astype(np.int64), ticks, np.maximum(steps, 1), columns["is_buyer_maker"] == 0)
    return Tape(symbol=symbol, listing=listing, prints=prints, notes=tuple(notes))
