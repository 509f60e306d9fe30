"""Our orders that rest at one symbol, best first, and the thin synthetic depth of everyone else."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from exchange.venue.money import ceil_to, floor_to
from exchange.venue.records import Order

if TYPE_CHECKING:
    from exchange.venue.listing import Listing

SPREAD = Decimal("0.0001")
LEVEL_GAP = Decimal("0.0001")
LEVEL_USDT = Decimal(20_000)
LEVELS = 12

_Entry = tuple[Decimal, int, Order]


class OrderQueue:
    """Orders sorted by price, then arrival. ``rising`` puts the lowest price first, else the highest."""

    __slots__ = ("_entries", "_sign")

    def __init__(self, *, rising: bool) -> None:
        self._sign = 1 if rising else -1
        self._entries: list[_Entry] = []

    def add(self, order: Order, price: Decimal, arrival: int) -> None:
        order.rank = (price * self._sign, arrival)
        insort(self._entries, (*order.rank, order))

    def remove(self, order: Order) -> None:
        """Take ``order`` out; it must be in."""
        assert order.rank is not None
        at = bisect_left(self._entries, order.rank, key=_rank)
        assert self._entries[at][2] is order
        del self._entries[at]
        order.rank = None

    def reached_by(self, price: Decimal) -> list[Order]:
        """The orders whose price ``price`` has reached or passed, in the order in which it did."""
        entries = self._entries
        if not entries:
            return []
        bound = price * self._sign
        if entries[0][0] > bound:
            return []
        return [entry[2] for entry in entries if entry[0] <= bound]

    def __iter__(self) -> Iterator[Order]:
        return (entry[2] for entry in self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _rank(entry: _Entry) -> tuple[Decimal, int]:
    return entry[0], entry[1]


def touch(listing: Listing) -> tuple[Decimal, Decimal]:
    """Best bid and ask of the others: the last print is one of them, by the side of its taker."""
    tick = listing.instrument.tick
    spread = max(tick, floor_to(listing.last * SPREAD, tick))
    if listing.last_taker == "Buy":
        return max(tick, listing.last - spread), listing.last
    return listing.last, listing.last + spread


def depth(listing: Listing, side: str) -> Iterator[tuple[Decimal, Decimal]]:
    """Levels (price, quantity) that a taker on ``side`` meets, best first.

    Each level is twice as large as the one before and lies farther away, so that slippage grows with size.
    """
    rules = listing.instrument
    bid, ask = touch(listing)
    best = ask if side == "Buy" else bid
    for k in range(LEVELS):
        gap = ceil_to(best * LEVEL_GAP * (k * k), rules.tick)
        price = best + gap if side == "Buy" else best - gap
        if price < rules.min_price:
            return
        qty = floor_to(LEVEL_USDT * 2**k / best, rules.qty_step)
        yield price, max(qty, rules.qty_step)
