"""The strategy's arithmetic once more, short and apart from the bot's: what the checkers take for right.

Prices, quantities and money are exact; ``tick`` and ``step`` are the instrument's.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from actors.simulation.checks.truth import LegTruth
from messages.market import FeeRates, Instrument
from messages.settings import GridSettings, ReopenSize
from messages.sides import Side

ONE, HUNDRED = Decimal(1), Decimal(100)


def take_profit_price(
    side: Side, leg: LegTruth, settings: GridSettings, fees: FeeRates, tick: Decimal
) -> Decimal:
    """Section 6: LONG (a (1 + t) + f) / (1 - m) rounded up, SHORT (a (1 - t) - f) / (1 + m) rounded down."""
    average, fee, target = leg.value / leg.qty, leg.fees / leg.qty, settings.take_profit_percent / HUNDRED
    if side is Side.LONG:
        exact, rounding = (average * (ONE + target) + fee) / (ONE - fees.maker), ROUND_CEILING
    else:
        exact, rounding = (average * (ONE - target) - fee) / (ONE + fees.maker), ROUND_FLOOR
    return (exact / tick).to_integral_value(rounding) * tick


def entry_price(side: Side, settings: GridSettings, base: Decimal, steps: int, tick: Decimal) -> Decimal:
    """Section 5: base (1 - s step)^i, rounded away from the market: LONG down, SHORT up."""
    exact = base * (ONE - side.sign * settings.grid_step_percent / HUNDRED) ** steps
    rounding = ROUND_FLOOR if side is Side.LONG else ROUND_CEILING
    return (exact / tick).to_integral_value(rounding) * tick


def a_tick_beyond(side: Side, price: Decimal, tick: Decimal) -> Decimal:
    """The nearest price that lies at least a tick beyond ``price``: LONG below it, SHORT above."""
    rounding = ROUND_FLOOR if side is Side.LONG else ROUND_CEILING
    return ((price - side.sign * tick) / tick).to_integral_value(rounding) * tick


def beyond(side: Side, one: Decimal, other: Decimal) -> Decimal:
    """Of two prices the one farther from the market: LONG the lower, SHORT the higher."""
    return min(one, other) if side is Side.LONG else max(one, other)


def fresh_qty(settings: GridSettings, level: int, price: Decimal, step: Decimal) -> Decimal:
    """Section 3: margin(n) x leverage / price, rounded down to the step."""
    qty = settings.initial_margin * settings.multiplier**level * settings.leverage / price
    return (qty / step).to_integral_value(ROUND_FLOOR) * step


def qty_fits(settings: GridSettings, level: int, qty: Decimal, price: Decimal, step: Decimal) -> bool:
    """Section 3: a level's notional is off margin(n) x leverage by 1.5 times at most (a step of rounding)."""
    wanted = settings.initial_margin * settings.multiplier**level * settings.leverage
    factor = Decimal("1.5")
    return qty * price <= wanted * factor and wanted <= (qty + step) * price * factor


def large_enough(instrument: Instrument, qty: Decimal, price: Decimal) -> bool:
    """Whether an opening order meets the exchange's minimums."""
    return qty >= instrument.min_qty and qty * price >= instrument.min_notional_usdt


def right_levels(deepest: int, others: int, settings: GridSettings) -> range:
    """Section 5: the levels that rest below the deepest filled one."""
    last = min(max(deepest + settings.pending_depth, others), settings.max_levels - 1)
    return range(deepest + 1, last + 1)


def reopening_depth(settings: GridSettings, filled: Collection[int]) -> int:
    """Section 7: j, given the other side's filled levels (none: it is flat)."""
    last = settings.max_levels - 1
    if settings.reopen_size is ReopenSize.INITIAL or not filled:
        return 0
    if settings.reopen_size is ReopenSize.MINUS_TWO:
        return min(max(max(filled) - 2, 0), last)
    margins = [settings.multiplier**n for n in range(last + 1)]  # by initial_margin
    ratio = sum((settings.multiplier**n for n in filled), Decimal(0))
    most = ratio if ratio >= 16 else ratio / 2 if ratio >= 8 else Decimal(0)
    depth = 0
    while depth < last and sum(margins[: depth + 2]) <= most:
        depth += 1
    return depth
