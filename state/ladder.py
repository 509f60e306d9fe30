"""The arithmetic of a ladder: margins, quantities, prices, costs (strategy, sections 1-3, 5, 6, 8)."""

from __future__ import annotations

from decimal import Decimal

from messages.market import FeeRates, Instrument
from messages.settings import GridSettings
from messages.sides import Side
from state.numbers import HUNDRED, ONE, ZERO, ceil_to, floor_to


def nominal_margin(settings: GridSettings, level: int) -> Decimal:
    """margin(n) = initial_margin x multiplier^n, in USDT before leverage."""
    return settings.initial_margin * settings.multiplier**level


def nominal_margin_through(settings: GridSettings, level: int) -> Decimal:
    """The sum of the nominal margins of the levels 0 ... level; zero for level -1."""
    return sum((nominal_margin(settings, n) for n in range(level + 1)), ZERO)


def fresh_qty(settings: GridSettings, instrument: Instrument, level: int, price: Decimal) -> Decimal:
    """A level's quantity at ``price``, rounded down to the step; may be under a minimum."""
    return floor_to(nominal_margin(settings, level) * settings.leverage / price, instrument.qty_step)


def reference_still_fits(
    settings: GridSettings, instrument: Instrument, level: int, qty: Decimal, price: Decimal
) -> bool:
    """Whether a reference quantity may be used at today's price (strategy, section 3)."""
    notional = qty * price
    wanted = nominal_margin(settings, level) * settings.leverage
    within = notional * 3 <= wanted * 3 * Decimal("1.5") and wanted <= notional * Decimal("1.5")
    return within and meets_minimums(instrument, qty, price)


def meets_minimums(instrument: Instrument, qty: Decimal, price: Decimal) -> bool:
    """Whether an opening order of this size is large enough for the exchange."""
    return qty >= instrument.min_qty and qty * price >= instrument.min_notional_usdt


def entry_price(
    settings: GridSettings, instrument: Instrument, side: Side, base: Decimal, nearest: Decimal, steps: int
) -> Decimal:
    """The price of the ``steps``-th entry below (LONG) or above (SHORT) ``base``.

    Rounded away from the market, and at least one tick beyond ``nearest``: the price p of the deepest
    filled level.
    """
    step = settings.grid_step_percent / HUNDRED
    exact = base * (ONE - side.sign * step) ** steps
    tick = instrument.tick_size
    if side is Side.LONG:
        return min(floor_to(exact, tick), floor_to(nearest - tick, tick))
    return max(ceil_to(exact, tick), ceil_to(nearest + tick, tick))


def take_profit_price(
    side: Side,
    *,
    average: Decimal,
    fee_per_unit: Decimal,
    take_profit_percent: Decimal,
    maker: Decimal,
    tick_size: Decimal,
) -> Decimal:
    """The price at which a close leaves ``take_profit_percent`` of the entry notional after all fees.

    ``average`` is the cycle's average entry, ``fee_per_unit`` its entry fees per base coin.
    """
    target = take_profit_percent / HUNDRED
    if side is Side.LONG:
        return ceil_to((average * (ONE + target) + fee_per_unit) / (ONE - maker), tick_size)
    return floor_to((average * (ONE - target) - fee_per_unit) / (ONE + maker), tick_size)


def entry_cost(qty: Decimal, price: Decimal, leverage: Decimal, fees: FeeRates) -> Decimal:
    """What an entry takes from the available balance: margin and the fees to open and to close."""
    notional = qty * price
    return notional / leverage + 2 * notional * fees.taker
