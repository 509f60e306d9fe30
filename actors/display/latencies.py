"""Durations of a run in a form that stays small: how many, the largest, and percentiles of the newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

KEPT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Milliseconds. ``count`` and ``largest`` are of all, ``newest`` are the last ``KEPT``."""

    count: int = 0
    largest: Decimal | None = None
    newest: tuple[Decimal, ...] = ()

    def with_one(self, milliseconds: Decimal | None) -> Latencies:
        """One more; None (could not be measured) changes nothing."""
        if milliseconds is None:
            return self
        largest = milliseconds if self.largest is None else max(self.largest, milliseconds)
        newest = (*self.newest[-(KEPT - 1) :], milliseconds)
        return Latencies(count=self.count + 1, largest=largest, newest=newest)

    def percentile(self, percent: int) -> Decimal | None:
        """The nearest-rank percentile of the newest (50 is the median); None while there are none."""
        if not self.newest:
            return None
        rank = -(-percent * len(self.newest) // 100)  # rounded up
        return sorted(self.newest)[max(rank, 1) - 1]


NO_LATENCIES = Latencies()


def merged(several: Iterable[Latencies]) -> Latencies:
    """Several taken as one."""
    found = tuple(several)
    return Latencies(
        count=sum(one.count for one in found),
        largest=max((one.largest for one in found if one.largest is not None), default=None),
        newest=tuple(sample for one in found for sample in one.newest),
    )
