"""What the check of a symbol's whole ladder found, before anything trades."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRow:
    """One level at today's price: margin and notional in USDT, quantity in base coin.

    ``notional`` and ``sum_notional`` (levels 0 to this one) are those of the LONG side, which is computed
    first. ``liquidation_distance_percent`` is how far the price may run on beyond this level once one
    side holds everything down to it and the other nothing, the nearer of the two sides; None where
    nothing liquidates or the equity isn't known.
    """

    level: int
    margin: Decimal
    qty: Decimal
    notional: Decimal
    price_long: Decimal
    price_short: Decimal
    sum_notional: Decimal
    liquidation_distance_percent: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderReport:
    """A ladder's rows and verdict; it may be traded when there are no ``problems``.

    Each problem names level, rule and the initial_margin that passes. Every initial_margin in whole cents
    from ``smallest_initial_margin`` to ``largest_initial_margin`` passes; both are None where none does.
    """

    symbol: str
    price: Decimal
    rows: tuple[LadderRow, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    smallest_initial_margin: Decimal | None
    largest_initial_margin: Decimal | None = None

    @property
    def passes(self) -> bool:
        """Whether this ladder may be traded."""
        return not self.problems
