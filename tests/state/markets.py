"""Instruments, fees and settings that the tests of the pure rules share."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from messages.market import FeeRates, Instrument, RiskTier
from messages.settings import GridSettings


def d(text: str | int) -> Decimal:
    """A Decimal, short enough to keep arithmetic readable."""
    return Decimal(text)


def doge(**changes: object) -> Instrument:
    """The instrument of the strategy's worked example."""
    instrument = Instrument(
        symbol="DOGEUSDT",
        tick_size=d("0.00001"),
        qty_step=d(1),
        min_qty=d(1),
        max_qty=d(45_000_000),
        max_market_qty=d(9_000_000),
        min_notional_usdt=d(5),
        min_leverage=d(1),
        max_leverage=d(75),
        min_price=d("0.00001"),
        max_price=d("200"),
        trading=True,
        tiers=(tier(300_000, "0.01", 75, 0), tier(600_000, "0.02", 37, 3000)),
    )
    return replace(instrument, **changes)  # type: ignore[arg-type]  # names of fields, by the tests


def sol(**changes: object) -> Instrument:
    """An instrument with coarse steps, and without tiers."""
    instrument = Instrument(
        symbol="SOLUSDT",
        tick_size=d("0.01"),
        qty_step=d("0.1"),
        min_qty=d("0.1"),
        max_qty=d(10_000),
        max_market_qty=d(1_000),
        min_notional_usdt=d(5),
        min_leverage=d(1),
        max_leverage=d(50),
        min_price=d("0.01"),
        max_price=d(100_000),
        trading=True,
    )
    return replace(instrument, **changes)  # type: ignore[arg-type]  # names of fields, by the tests


def tier(limit: int, rate: str, leverage: int, deduction: int) -> RiskTier:
    """A risk tier up to ``limit`` USDT."""
    return RiskTier(
        limit_usdt=d(limit),
        maintenance_rate=d(rate),
        initial_rate=1 / d(leverage),
        max_leverage=d(leverage),
        deduction_usdt=d(deduction),
    )


def fees(symbol: str = "DOGEUSDT") -> FeeRates:
    """What an account without rebates pays."""
    return FeeRates(symbol=symbol, maker=d("0.0002"), taker=d("0.00055"))


def example(**changes: object) -> GridSettings:
    """The settings of the strategy's worked example."""
    settings = GridSettings(
        symbol="DOGEUSDT",
        initial_margin=d(1),
        leverage=d(75),
        multiplier=d(2),
        take_profit_percent=d(1),
    )
    return replace(settings, **changes)  # type: ignore[arg-type]  # names of fields, by the tests
