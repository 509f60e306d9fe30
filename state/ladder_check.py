"""The check of whole ladders before trading (strategy, section 3): nothing is skipped in silence.

The rules are those of state/ladder_rules.py. The amounts of initial_margin that meet all of them are an
interval, found by bisection on cents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal

from messages.ladder import LadderReport, LadderRow
from messages.market import FeeRates, Instrument
from messages.settings import GridSettings
from messages.sides import SIDES
from state.ladder import nominal_margin_through, take_profit_price
from state.ladder_rules import TOO_LARGE, TOO_SMALL, WHATEVER_THE_MARGIN, Breach, Ladder, Rule, breaches
from state.ladder_table import ladder_rows, level_prices
from state.numbers import HUNDRED, ONE, ZERO, plain

CENT = Decimal("0.01")
#: The settings' own limit of initial_margin, in cents.
_MOST_CENTS = 100_000_000
_ROUNDING_PERCENT = Decimal(10)
_NEAR_A_STEP_PERCENT = Decimal("0.2")


def check_ladder(
    settings: GridSettings,
    instrument: Instrument,
    fees: FeeRates,
    price: Decimal,
    equity: Decimal | None = None,
) -> LadderReport:
    """Every rule for one symbol at today's ``price``; ``equity`` (USDT) gives the distances to liquidation.

    ``ValueError`` where the arguments are of different symbols or the price isn't above zero.
    """
    if not settings.symbol == instrument.symbol == fees.symbol:
        raise ValueError(f"one symbol expected: {settings.symbol}, {instrument.symbol}, {fees.symbol}")
    if price <= 0:
        raise ValueError(f"{settings.symbol}: a price above 0 expected, not {price}")
    prices = level_prices(settings, instrument, price)
    ladder = Ladder(settings=settings, instrument=instrument, fees=fees, prices=prices)
    fixed = _first_by_rule(breaches(ladder, WHATEVER_THE_MARGIN))
    small = _first_by_rule(breaches(ladder, TOO_SMALL))
    large = _first_by_rule(breaches(ladder, TOO_LARGE))
    smallest, largest = (None, None) if fixed else passing_margins(ladder)
    rows = ladder_rows(settings, instrument, fees, prices, equity)
    return LadderReport(
        symbol=settings.symbol,
        price=price,
        rows=rows,
        problems=(
            *(f"{problem}; no initial_margin passes" for problem in fixed),
            *(f"{problem}; {_way_out('smallest', smallest)}" for problem in small),
            *(f"{problem}; {_way_out('largest', largest)}" for problem in large),
        ),
        warnings=tuple(_warnings(ladder, rows)),
        smallest_initial_margin=smallest,
        largest_initial_margin=largest,
    )


def passing_margins(ladder: Ladder) -> tuple[Decimal | None, Decimal | None]:
    """The smallest and the largest initial_margin in whole cents that pass; None where none does."""

    def breaks(rules: tuple[Rule, ...], cents: int) -> bool:
        settings = replace(ladder.settings, initial_margin=cents * CENT)
        return next(breaches(replace(ladder, settings=settings), rules), None) is not None

    smallest = _first_cents(lambda cents: not breaks(TOO_SMALL, cents))
    largest = _first_cents(lambda cents: breaks(TOO_LARGE, cents)) - 1
    return (smallest * CENT, largest * CENT) if smallest <= largest else (None, None)


def check_balance(ladders: Sequence[GridSettings], equity: Decimal) -> str | None:
    """Why an account's equity (USDT) can't carry the ladders of all its symbols; None if it can.

    All levels of both sides count, with the buffer of each symbol.
    """
    needs = {grid.symbol: _need(grid) for grid in ladders}
    total = sum(needs.values(), ZERO)
    if total <= equity:
        return None
    share = max(equity, ZERO) / total
    smaller = [(grid, (grid.initial_margin * share).quantize(CENT, ROUND_FLOOR)) for grid in ladders]
    way_out = ", ".join(f"{margin} for {grid.symbol}" for grid, margin in smaller)
    if not all(margin for _, margin in smaller):
        way_out = "none in whole cents"
    parts = ", ".join(f"{symbol} {need:.2f}" for symbol, need in needs.items())
    return (
        f"balance: all levels of both sides need {total:.2f} USDT with their buffers ({parts}), the equity "
        f"is {equity:.2f}; the largest initial_margin that passes is {way_out}"
    )


def _need(grid: GridSettings) -> Decimal:
    buffer = ONE + grid.balance_buffer_percent / HUNDRED
    return 2 * nominal_margin_through(grid, grid.max_levels - 1) * buffer


def _first_by_rule(found: Iterator[Breach]) -> list[str]:
    """Of each rule the first breach, with the number of the others."""
    by_rule: dict[str, list[Breach]] = {}
    for breach in found:
        by_rule.setdefault(breach.rule, []).append(breach)
    return [f"{first} (and {len(more)} more)" if more else str(first) for first, *more in by_rule.values()]


def _first_cents(holds: Callable[[int], bool]) -> int:
    """The first number of cents at which a monotone condition holds; one over the limit if none."""
    low, high = 1, _MOST_CENTS + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _way_out(which: str, margin: Decimal | None) -> str:
    if margin is None:
        return "no initial_margin passes"
    return f"the {which} initial_margin that passes is {margin}"


def _warnings(ladder: Ladder, rows: tuple[LadderRow, ...]) -> Iterator[str]:
    for row in rows:
        wanted = row.margin * ladder.settings.leverage
        lost = (wanted - row.notional) / wanted * HUNDRED
        if lost > _ROUNDING_PERCENT:
            yield f"level {row.level}: rounding to the quantity step takes {lost:.1f} % of it"
        if row.liquidation_distance_percent == 0:
            yield f"level {row.level}: a side alone is liquidated before the price gets there"
    yield from _near_a_step(ladder)


def _near_a_step(ladder: Ladder) -> Iterator[str]:
    """Where a TP lies close to a step of the grid, the other side's entry rests just before it."""
    settings, price = ladder.settings, ladder.prices[0].long
    step = settings.grid_step_percent
    for side in SIDES:
        target = take_profit_price(
            side,
            average=price,
            fee_per_unit=price * ladder.fees.taker,
            take_profit_percent=settings.take_profit_percent,
            maker=ladder.fees.maker,
            tick_size=ladder.instrument.tick_size,
        )
        distance = abs(target - price) / price * HUNDRED
        steps = max((distance / step).to_integral_value(), ONE) * step
        if abs(distance - steps) <= _NEAR_A_STEP_PERCENT:
            yield (
                f"the TP of {side} is {distance:.3f} % away with its fees, an entry of {side.other} "
                f"{plain(steps)} %: they fill nearly together"
            )
