"""A symbol's whole ladder at today's price, level by level: what the checks before trading look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from messages.ladder import LadderRow
from messages.market import FeeRates, Instrument
from messages.settings import GridSettings
from messages.sides import SIDES, Side
from state.ladder import entry_price, fresh_qty, nominal_margin
from state.liquidation import liquidation_distance_percent
from state.numbers import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPrices:
    """Where a level of each side fills when the price runs down (LONG) or up (SHORT) from today's."""

    long: Decimal
    short: Decimal

    def of(self, side: Side) -> Decimal:
        """One side's price."""
        return self.long if side is Side.LONG else self.short


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelQuantities:
    """What a level may take: LONG's quantity is the larger and the usual one, as it is computed first.

    SHORT's own is taken where SHORT is the first to use the level.
    """

    long: Decimal
    short: Decimal

    def of(self, side: Side) -> Decimal:
        """What a side takes that is the first to use the level."""
        return self.long if side is Side.LONG else self.short


def level_prices(settings: GridSettings, instrument: Instrument, price: Decimal) -> tuple[LevelPrices, ...]:
    """The prices of all levels, each a step from the one before; it ends where LONG's would be no price."""
    prices = [LevelPrices(long=price, short=price)]
    while len(prices) < settings.max_levels:
        long, short = (
            entry_price(settings, instrument, side, prices[-1].of(side), prices[-1].of(side), 1)
            for side in SIDES
        )
        if long <= 0:
            break
        prices.append(LevelPrices(long=long, short=short))
    return tuple(prices)


def level_quantities(
    settings: GridSettings, instrument: Instrument, prices: tuple[LevelPrices, ...]
) -> tuple[LevelQuantities, ...]:
    """The quantities of all levels that have prices."""
    return tuple(
        LevelQuantities(
            long=fresh_qty(settings, instrument, n, at.long),
            short=fresh_qty(settings, instrument, n, at.short),
        )
        for n, at in enumerate(prices)
    )


def ladder_rows(
    settings: GridSettings,
    instrument: Instrument,
    fees: FeeRates,
    prices: tuple[LevelPrices, ...],
    equity: Decimal | None,
) -> tuple[LadderRow, ...]:
    """The table that a person reads. Without ``equity`` (USDT) it tells no distance to liquidation."""
    rows: list[LadderRow] = []
    total = ZERO
    for n, (at, quantities) in enumerate(
        zip(prices, level_quantities(settings, instrument, prices), strict=True)
    ):
        qty = quantities.long
        total += qty * at.long
        rows.append(
            LadderRow(
                level=n,
                margin=nominal_margin(settings, n),
                qty=qty,
                notional=qty * at.long,
                price_long=at.long,
                price_short=at.short,
                sum_notional=total,
                liquidation_distance_percent=None,
            )
        )
    if equity is None:
        return tuple(rows)
    return tuple(
        replace(row, liquidation_distance_percent=_nearer(instrument, fees, rows[: n + 1], equity))
        for n, row in enumerate(rows)
    )


def _nearer(instrument: Instrument, fees: FeeRates, rows: list[LadderRow], equity: Decimal) -> Decimal | None:
    """The smaller distance of the two sides, each alone down to the last of ``rows``."""
    qty = sum((row.qty for row in rows), ZERO)
    if qty == 0:
        return None
    distances = [
        liquidation_distance_percent(
            instrument,
            fees,
            side,
            qty=qty,
            cost=sum((row.qty * _price(row, side) for row in rows), ZERO),
            price=_price(rows[-1], side),
            equity=equity,
        )
        for side in SIDES
    ]
    return min((distance for distance in distances if distance is not None), default=None)


def _price(row: LadderRow, side: Side) -> Decimal:
    return row.price_long if side is Side.LONG else row.price_short
