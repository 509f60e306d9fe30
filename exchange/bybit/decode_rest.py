"""Results of REST reads as messages; each function takes the envelope's ``result`` as Fields."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from exchange.bybit.decode_public import check_distance
from exchange.bybit.fields import Fields
from exchange.bybit.rows import ZERO
from exchange.errors import ProtocolError
from messages.account import AccountInfo
from messages.market import FeeRates, Instrument, Price, RiskTier

#: unifiedMarginStatus: 1 is a classic account, 3-4 unified 1.0, 5-6 unified 2.0.
_UNIFIED: Final = (3, 4, 5, 6)
_NANOS_A_MILLI: Final = 1_000_000
_HIGHEST_FEE: Final = Decimal("0.1")


def server_ms(result: Fields) -> int:
    """The exchange's clock from market/time."""
    nanos = result.integer("timeNano")
    if nanos <= 0:
        raise result.bad("timeNano", "the time in nanoseconds")
    return nanos // _NANOS_A_MILLI


def instrument(row: Fields, tiers: tuple[RiskTier, ...] = ()) -> Instrument:
    """A symbol's rules from instruments-info; every one is needed, and steps and minimums above 0."""
    price, lot, leverage = row.part("priceFilter"), row.part("lotSizeFilter"), row.part("leverageFilter")
    return Instrument(
        symbol=row.text("symbol"),
        tick_size=price.positive("tickSize"),
        qty_step=lot.positive("qtyStep"),
        min_qty=lot.positive("minOrderQty"),
        max_qty=lot.positive("maxOrderQty"),
        max_market_qty=lot.positive("maxMktOrderQty"),
        min_notional_usdt=lot.amount("minNotionalValue"),
        min_leverage=leverage.positive("minLeverage"),
        max_leverage=leverage.positive("maxLeverage"),
        min_price=price.amount("minPrice"),
        max_price=price.positive("maxPrice"),
        trading=row.text("status") == "Trading",
        tiers=tiers,
    )


def risk_tiers(rows: Iterable[Fields]) -> tuple[RiskTier, ...]:
    """A symbol's risk limits, the smallest first; an empty mmDeduction is 0 (the first tier's is)."""
    return tuple(sorted((_risk_tier(row) for row in rows), key=lambda tier: tier.limit_usdt))


def price(row: Fields, at_ms: int) -> Price:
    """Last and mark price from a tickers row."""
    last, mark = row.positive("lastPrice"), row.positive("markPrice")
    check_distance(row, last, mark)
    return Price(symbol=row.text("symbol"), last=last, mark=mark, at_ms=at_ms)


def fee_rates(row: Fields) -> FeeRates:
    """An account's rates for a symbol; a rebate is below 0."""
    maker, taker = row.decimal("makerFeeRate"), row.decimal("takerFeeRate")
    for name, rate in (("makerFeeRate", maker), ("takerFeeRate", taker)):
        if abs(rate) >= _HIGHEST_FEE:
            raise row.bad(name, "a share of 1, well below a tenth,")
    return FeeRates(symbol=row.text("symbol"), maker=maker, taker=taker)


def account_info(result: Fields) -> AccountInfo:
    """How the account is set up."""
    return AccountInfo(
        unified=result.integer("unifiedMarginStatus") in _UNIFIED, margin_mode=result.text("marginMode")
    )


def _risk_tier(row: Fields) -> RiskTier:
    tier = RiskTier(
        limit_usdt=row.positive("riskLimitValue"),
        maintenance_rate=row.positive("maintenanceMargin"),
        initial_rate=row.positive("initialMargin"),
        max_leverage=row.positive("maxLeverage"),
        deduction_usdt=row.amount("mmDeduction", ZERO),
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
