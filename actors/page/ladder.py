"""A side's whole ladder for the page: what is filled, what rests, and where the rest would stand.

| state   | meaning                                                            |
|---------|--------------------------------------------------------------------|
| filled  | bought (LONG) or sold (SHORT) whole                                |
| partly  | a part is filled, the rest rests or will                           |
| resting | an entry rests at the exchange                                     |
| planned | would be placed there once the levels above it are filled          |

Planned prices and quantities are told by the rules of the ladder alone; they decide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from messages.market import Instrument
from messages.reports import LevelReport, PendingReport, SideReport
from state.ladder import entry_price, fresh_qty

Json = dict[str, Any]


def ladder(side: SideReport, other: SideReport, instrument: Instrument | None) -> list[Json]:
    """A row a level, the first level first: ``level, state, price, qty``; price and qty None if unknown.

    ``other`` is the hedge's other side: a level that it holds takes the same quantity here.
    """
    filled = {level.level: level for level in side.filled}
    resting = {entry.level: entry for entry in side.pending}
    theirs = {level.level: level.qty for level in other.filled if level.complete}
    rows = []
    for n in range(side.max_levels):
        if n in filled or n in resting:
            rows.append(_held_or_resting(n, filled, resting))
        else:
            rows.append(_planned(side, n, filled, theirs, instrument))
    return rows


def _held_or_resting(n: int, filled: Mapping[int, LevelReport], resting: Mapping[int, PendingReport]) -> Json:
    held, entry = filled.get(n), resting.get(n)
    if held is None:
        return _row(n, "resting", resting[n].price, resting[n].qty)
    if entry is None:
        return _row(n, "filled" if held.complete else "partly", held.price, held.qty)
    return _row(n, "partly", entry.price, held.qty + entry.qty)


def _planned(
    side: SideReport,
    n: int,
    filled: Mapping[int, LevelReport],
    theirs: Mapping[int, Decimal],
    instrument: Instrument | None,
) -> Json:
    unknown, deepest = _row(n, "planned", None, theirs.get(n)), side.deepest_level
    if side.settings is None or instrument is None or side.base is None:
        return unknown
    if deepest not in filled or n < deepest:
        return unknown
    nearest = filled[deepest].price
    price = entry_price(side.settings, instrument, side.side, side.base, nearest, n - deepest)
    if price <= 0:
        return unknown
    qty = theirs.get(n) or fresh_qty(side.settings, instrument, n, price)
    return _row(n, "planned", price, qty)


def _row(level: int, state: str, price: Decimal | None, qty: Decimal | None) -> Json:
    return {
        "level": level,
        "state": state,
        "price": None if price is None else f"{price:f}",
        "qty": None if qty is None else f"{qty:f}",
    }
