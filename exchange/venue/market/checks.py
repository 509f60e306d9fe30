"""What bars from a file must satisfy before anything is made of them.

Each check refuses the first wrong row: what is wrong, where it stands, what to do.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from exchange.venue.market.errors import PriceError
from exchange.venue.market.listing import Flags, Floats, Ints

COLUMNS = ("open_time_ms", "open", "high", "low", "close", "volume")
PRICES = ("open", "high", "low", "close")


def checked_times(raw: Floats, where: str) -> Ints:
    """UTC ms as whole numbers, rising strictly; raises PriceError otherwise."""
    if not len(raw):
        raise PriceError(f"{where}: no rows; give a file with at least one bar")
    bad = np.flatnonzero(~np.isfinite(raw))
    if len(bad):
        raise PriceError(f"{where}: row {bad[0] + 1}: open_time_ms is missing or not a number")
    if raw.min() < 1e11 or raw.max() > 1e14:
        raise PriceError(
            f"{where}: open_time_ms runs from {raw.min():.0f} to {raw.max():.0f}, not UTC milliseconds"
        )
    time_ms = raw.astype(np.int64)
    gaps = np.diff(time_ms, prepend=time_ms[0] - 1)
    refuse(gaps == 0, where, "the same time as the row before; leave one of them out")
    refuse(gaps < 0, where, "earlier than the row before; sort the file by open_time_ms")
    return time_ms


def check_prices(columns: Mapping[str, Floats], where: str) -> None:
    """Raise PriceError unless every bar is finite, positive and low <= open, close <= high."""
    for name in COLUMNS[1:]:
        values = columns[name]
        refuse(~np.isfinite(values), where, f"{name} is missing or not a finite number")
        least = "0 or more" if name == "volume" else "above 0"
        refuse(values < 0 if name == "volume" else values <= 0, where, f"{name} must be {least}", values)
    opened, high, low, closed = (columns[name] for name in PRICES)
    refuse(high < low, where, "high is below low")
    refuse((opened < low) | (opened > high), where, "open is outside low and high")
    refuse((closed < low) | (closed > high), where, "close is outside low and high")
    refuse((columns["volume"] == 0) & (high > low), where, "prices move although volume is 0")


def refuse(wrong: Flags, where: str, what: str, values: Floats | None = None) -> None:
    """Raise PriceError about the first row that is ``wrong`` (counted from 1), with its value if given."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        row = int(rows[0])
        got = "" if values is None else f", not {values[row]:g}"
        more = f" (and {len(rows) - 1} more rows like it)" if len(rows) > 1 else ""
        raise PriceError(f"{where}: row {row + 1}: {what}{got}{more}; correct the file")
