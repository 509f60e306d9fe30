"""What the market and the exchange's rules look like to the bot."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The newest known prices of a symbol; ``at_ms`` is the exchange's time of the frame."""

    symbol: str
    last: Decimal
    mark: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTier:
    """One row of the risk limits: up to ``limit_usdt`` of position value."""

    limit_usdt: Decimal
    maintenance_rate: Decimal
    initial_rate: Decimal
    max_leverage: Decimal
    deduction_usdt: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A symbol's trading rules. Quantities in base coin, notional in USDT."""

    symbol: str
    tick_size: Decimal
    qty_step: Decimal
    min_qty: Decimal
    max_qty: Decimal
    max_market_qty: Decimal
    min_notional_usdt: Decimal
    min_leverage: Decimal
    max_leverage: Decimal
    min_price: Decimal
    max_price: Decimal
    trading: bool
    tiers: tuple[RiskTier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRates:
    """An account's fees for a symbol, as a share of the notional (0.0002 is 0.02 %)."""

    symbol: str
    maker: Decimal
    taker: Decimal
