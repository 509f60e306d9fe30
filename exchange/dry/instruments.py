"""The real exchange's rules as the venue's core takes them."""

from __future__ import annotations

from exchange.errors import ProtocolError
from exchange.venue.instruments import Instrument as Listed
from exchange.venue.instruments import RiskTier as Tier
from messages.market import FeeRates, Instrument


def listed(rules: Instrument, fees: FeeRates) -> Listed:
    """A symbol of the simulated account with the real rules, risk tiers and the account's real fees.

    Price bands and the funding interval are the venue's own (1 %, 2 %, 8 hours). Raises ProtocolError where
    the exchange gave no risk tiers: without them nobody could say what a position needs.
    """
    if not rules.tiers:
        raise ProtocolError(f"market/risk-limit: no risk tiers of {rules.symbol}: try again later")
    return Listed(
        symbol=rules.symbol,
        tick=rules.tick_size,
        qty_step=rules.qty_step,
        min_qty=rules.min_qty,
        max_qty=rules.max_qty,
        max_market_qty=rules.max_market_qty,
        min_notional=rules.min_notional_usdt,
        max_leverage=rules.max_leverage,
        tiers=tuple(
            Tier(
                limit_usdt=tier.limit_usdt,
                mm_rate=tier.maintenance_rate,
                max_leverage=tier.max_leverage,
                deduction=tier.deduction_usdt,
            )
            for tier in rules.tiers
        ),
        maker_fee=fees.maker,
        taker_fee=fees.taker,
    )
