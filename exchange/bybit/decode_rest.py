"""Results of REST reads as messages; each function takes the envelope's ``result`` as Fields."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from exchange.bybit.decode_public import positive
from exchange.bybit.fields import Fields
from exchange.bybit.rows import ZERO
from exchange.errors import ProtocolError
from messages.account import AccountInfo
from messages.market import FeeRates, Instrument, Price, RiskTier

#: unifiedMarginStatus: 1 is a classic account, 3-4 unified 1.0, 5-6 unified 2.0.
_UNIFIED: Final = (3, 4, 5, 6)
_NANOS_A_MILLI: Final = 1_000_000


def server_ms(result: Fields) -> int:
    """The exchange's clock from market/time."""
    return result.integer("timeNano") // _NANOS_A_MILLI


def instrument(row: Fields, tiers: tuple[RiskTier, ...] = ()) -> Instrument:
    """A symbol's rules from instruments-info; every one is needed, and steps and minimums above 0."""
    price, lot, leverage = row.part("priceFilter"), row.part("lotSizeFilter"), row.part("leverageFilter")
    return Instrument(
        symbol=row.text("symbol"),
        tick_size=positive(price, "tickSize"),
        qty_step=positive(lot, "qtyStep"),
        min_qty=positive(lot, "minOrderQty"),
        max_qty=positive(lot, "maxOrderQty"),
        max_market_qty=positive(lot, "maxMktOrderQty"),
        min_notional_usdt=lot.decimal("minNotionalValue"),
        min_leverage=positive(leverage, "minLeverage"),
        max_leverage=positive(leverage, "maxLeverage"),
        min_price=price.decimal("minPrice"),
        max_price=positive(price, "maxPrice"),
        trading=row.text("status") == "Trading",
        tiers=tiers,
    )


def risk_tiers(rows: Iterable[Fields]) -> tuple[RiskTier, ...]:
    """A symbol's risk limits, the smallest first; an empty mmDeduction is 0 (the first tier's is)."""
    return tuple(sorted((_risk_tier(row) for row in rows), key=lambda tier: tier.limit_usdt))


def price(row: Fields, at_ms: int) -> Price:
    """Last and mark price from a tickers row."""
    return Price(
        symbol=row.text("symbol"),
        last=positive(row, "lastPrice"),
        mark=positive(row, "markPrice"),
        at_ms=at_ms,
    )


def fee_rates(row: Fields) -> FeeRates:
    """An account's rates for a symbol; a rebate is below 0."""
    return FeeRates(
        symbol=row.text("symbol"), maker=row.decimal("makerFeeRate"), taker=row.decimal("takerFeeRate")
    )


def account_info(result: Fields) -> AccountInfo:
    """How the account is set up."""
    return AccountInfo(
        unified=result.integer("unifiedMarginStatus") in _UNIFIED, margin_mode=result.text("marginMode")
    )


def _risk_tier(row: Fields) -> RiskTier:
    tier = RiskTier(
        limit_usdt=positive(row, "riskLimitValue"),
        maintenance_rate=positive(row, "maintenanceMargin"),
        initial_rate=positive(row, "initialMargin"),
        max_leverage=positive(row, "maxLeverage"),
        deduction_usdt=row.decimal("mmDeduction", ZERO),
    )
    _check_ratio(row, tier)
    return tier


def _check_ratio(row: Fields, tier: RiskTier) -> None:
    """Refuse rates in percent: some of Bybit's examples have 1 for 1 %, the exchange sends 0.01."""
    if tier.initial_rate * tier.max_leverage > Decimal(2):
        raise ProtocolError(
            f"{row.place}: initialMargin {tier.initial_rate} with maxLeverage {tier.max_leverage}: a share "
            "of 1 expected, this looks like percent; compare with Bybit's risk-limit document"
        )
