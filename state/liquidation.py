"""How far a ladder is from liquidation, by its own numbers: cross margin, one side held, the other flat."""

from __future__ import annotations

from decimal import Decimal

from messages.market import FeeRates, Instrument
from messages.sides import Side
from state.numbers import HUNDRED, ONE, ZERO


def liquidation_distance_percent(
    instrument: Instrument,
    fees: FeeRates,
    side: Side,
    *,
    qty: Decimal,
    cost: Decimal,
    price: Decimal,
    equity: Decimal,
) -> Decimal | None:
    """How far the price may run on beyond ``price`` before a side that holds ``qty`` is liquidated.

    ``cost`` is what the side was bought or sold for, in USDT, ``equity`` the account's before that. Zero
    where the price lies beyond the liquidation; None where no price liquidates it.
    """
    at = liquidation_price(instrument, fees, side, qty=qty, cost=cost, equity=equity)
    if at is None:
        return None
    return max((price - at) * side.sign / price * HUNDRED, ZERO)


def liquidation_price(
    instrument: Instrument, fees: FeeRates, side: Side, *, qty: Decimal, cost: Decimal, equity: Decimal
) -> Decimal | None:
    """The mark price at which the maintenance margin and the fee to close eat up the margin balance.

    Of the risk tiers, that one counts within which the position's value at this price lies.
    """
    left = equity - cost * fees.taker
    for tier in instrument.tiers:
        rate = tier.maintenance_rate + fees.taker
        if side is Side.LONG:
            value = (cost - left - tier.deduction_usdt) / (ONE - rate)
        else:
            value = (cost + left + tier.deduction_usdt) / (ONE + rate)
        if value <= tier.limit_usdt:
            return value / qty if value > 0 else None
    return None
