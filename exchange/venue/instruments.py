"""What may be traded and by which rules (instruments-info and risk-limit of bybit-v5.md section 2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from exchange.venue.money import ZERO

TAKER_FEE = Decimal("0.00055")
MAKER_FEE = Decimal("0.0002")
_SYMBOL = re.compile(r"[A-Z0-9]{1,17}USDT")


@dataclass(frozen=True, slots=True)
class RiskTier:
    """One row of risk-limit: up to ``limit_usdt`` of position value these rates hold."""

    limit_usdt: Decimal
    mm_rate: Decimal
    max_leverage: Decimal
    deduction: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """The rules of one linear perpetual. Quantities are in base coin, money in USDT."""

    symbol: str
    tick: Decimal
    qty_step: Decimal
    min_qty: Decimal
    max_qty: Decimal
    max_market_qty: Decimal
    min_notional: Decimal
    max_leverage: Decimal
    tiers: tuple[RiskTier, ...]
    band_x: Decimal = Decimal("0.01")
    band_y: Decimal = Decimal("0.02")
    funding_minutes: int = 480
    taker_fee: Decimal = TAKER_FEE
    maker_fee: Decimal = MAKER_FEE

    @property
    def base_coin(self) -> str:
        return self.symbol.removesuffix("USDT")

    @property
    def min_price(self) -> Decimal:
        return self.tick

    @property
    def max_price(self) -> Decimal:
        return self.tick * 19_999_998

    @property
    def price_scale(self) -> int:
        return max(0, -int(self.tick.normalize().as_tuple().exponent))

    def tier(self, value_usdt: Decimal) -> RiskTier:
        """The tier of a position worth ``value_usdt``; the last one has no end."""
        for tier in self.tiers:
            if value_usdt <= tier.limit_usdt:
                return tier
        return self.tiers[-1]

    def limit_at(self, leverage: Decimal) -> Decimal:
        """The largest position value in USDT that ``leverage`` still allows."""
        return max((t.limit_usdt for t in self.tiers if t.max_leverage >= leverage), default=ZERO)


def _tiers(first_limit: int, max_leverage: int) -> tuple[RiskTier, ...]:
    """Five tiers: each doubles the limit and halves the leverage; rates follow (bybit-v5.md section 8)."""
    tiers: list[RiskTier] = []
    limit, leverage = Decimal(first_limit), Decimal(max_leverage)
    for _ in range(5):
        mm_rate = 1 / (2 * leverage)
        deduction = ZERO
        if tiers:
            below = tiers[-1]
            deduction = below.limit_usdt * (mm_rate - below.mm_rate) + below.deduction
        tiers.append(RiskTier(limit, mm_rate, leverage, deduction))
        limit, leverage = limit * 2, max(Decimal(1), leverage / 2)
    return tuple(tiers)


def _listed(
    symbol: str, tick: str, step: str, max_qty: str, max_market: str, leverage: int, limit: int
) -> Instrument:
    return Instrument(
        symbol=symbol,
        tick=Decimal(tick),
        qty_step=Decimal(step),
        min_qty=Decimal(step),
        max_qty=Decimal(max_qty),
        max_market_qty=Decimal(max_market),
        min_notional=Decimal(5),
        max_leverage=Decimal(leverage),
        tiers=_tiers(limit, leverage),
    )


def default_instruments() -> Sequence[Instrument]:
    """Six perpetuals with rules like Bybit's. The real values drift: a client always loads them."""
    return (
        _listed("BTCUSDT", "0.10", "0.001", "1190", "500", 100, 2_000_000),
        _listed("ETHUSDT", "0.01", "0.01", "7240", "724", 100, 1_500_000),
        _listed("SOLUSDT", "0.010", "0.1", "79770", "12500", 100, 500_000),
        _listed("DOGEUSDT", "0.00001", "1", "45000000", "9000000", 75, 300_000),
        _listed("XRPUSDT", "0.0001", "0.1", "2400000", "500000", 75, 400_000),
        _listed("APEUSDT", "0.0001", "0.1", "550000", "110000", 50, 50_000),
    )


def instrument_for(symbol: str, price: Decimal) -> Instrument:
    """A plausible perpetual for a symbol that trades at about ``price`` USDT.

    Raises ValueError where ``symbol`` isn't 1-17 letters and digits before USDT, or the price isn't above 0.
    """
    if not _SYMBOL.fullmatch(symbol):
        raise ValueError(f"{symbol!r}: a symbol is up to 17 capital letters and digits, then USDT")
    if price <= 0 or not price.is_finite():
        raise ValueError(f"{symbol}: price {price} is not above 0")
    tick = Decimal(1).scaleb(price.adjusted() - 4)
    step = Decimal(1).scaleb(-price.adjusted() - 1)
    return Instrument(
        symbol=symbol,
        tick=tick,
        qty_step=step,
        min_qty=step,
        max_qty=step * 10_000_000,
        max_market_qty=step * 2_000_000,
        min_notional=Decimal(5),
        max_leverage=Decimal(50),
        tiers=_tiers(100_000, 50),
    )
