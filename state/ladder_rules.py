"""The rules that a whole ladder must meet before it trades (strategy, section 3).

| rule                    | looked at                                                           |
|-------------------------|---------------------------------------------------------------------|
| trading                 | the instrument is open for trading                                  |
| leverage                | within the instrument's range, risk limits known                    |
| price                   | every level's price lies within the instrument's range              |
| open orders             | both sides' resting entries and TPs                                 |
| fees                    | those to open and close within the balance buffer                   |
| minimum quantity        | every level of both sides, rounded down to the quantity step        |
| minimum notional        | every level of both sides                                           |
| maximum quantity        | every level                                                         |
| maximum market quantity | the deepest opening: levels 0 ... j are one market order            |
| take profit             | the sum of all levels, which one order has to close                 |
| risk tier               | the whole ladder's value, where SHORT's last level fills            |

The first five don't hang on initial_margin. The others are monotone in it: under some amount a level is
too small, over some amount one is too large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from messages.market import FeeRates, Instrument
from messages.settings import GridSettings, ReopenSize
from messages.sides import SIDES
from state.ladder import nominal_margin
from state.ladder_table import LevelPrices, level_quantities
from state.numbers import HUNDRED, ZERO, plain

#: Active orders that the exchange allows by symbol (110020).
_MOST_OPEN_ORDERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """What all rules look at."""

    settings: GridSettings
    instrument: Instrument
    fees: FeeRates
    prices: tuple[LevelPrices, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A rule that is broken, by which level (None: by the ladder as such), and how."""

    rule: str
    level: int | None = None
    text: str

    def __str__(self) -> str:
        where = "" if self.level is None else f"level {self.level}, "
        return f"{where}{self.rule}: {self.text}"


Rule = Callable[[Ladder], Iterator[Breach]]


def _trading(ladder: Ladder) -> Iterator[Breach]:
    if not ladder.instrument.trading:
        yield Breach(rule="trading", text="the exchange doesn't trade this symbol now")


def _leverage(ladder: Ladder) -> Iterator[Breach]:
    instrument, leverage = ladder.instrument, ladder.settings.leverage
    if not instrument.min_leverage <= leverage <= instrument.max_leverage:
        allowed = f"{plain(instrument.min_leverage)} to {plain(instrument.max_leverage)}"
        yield Breach(rule="leverage", text=f"{plain(leverage)} isn't within {allowed}")
    elif not instrument.tiers:
        yield Breach(rule="leverage", text="the exchange's risk limits aren't known")


def _price(ladder: Ladder) -> Iterator[Breach]:
    instrument = ladder.instrument
    allowed = f"{plain(instrument.min_price)} to {plain(instrument.max_price)}"
    for n in range(ladder.settings.max_levels):
        known = n < len(ladder.prices)
        for side in SIDES if known else SIDES[:1]:
            price = ladder.prices[n].of(side) if known else ZERO
            if not instrument.min_price <= price <= instrument.max_price:
                text = f"{side}'s {plain(price)} is outside {allowed}; take fewer levels or a smaller step"
                yield Breach(rule="price", level=n, text=text)


def _open_orders(ladder: Ladder) -> Iterator[Breach]:
    deepest = ladder.settings.max_levels - 1
    entries = max(deepest, 2 * min(ladder.settings.pending_depth, deepest))
    if entries + 2 > _MOST_OPEN_ORDERS:
        text = f"{entries} entries and 2 TPs can rest, {_MOST_OPEN_ORDERS} are allowed; take fewer levels"
        yield Breach(rule="open orders", text=text)


def _fees(ladder: Ladder) -> Iterator[Breach]:
    percent = 2 * ladder.fees.taker * ladder.settings.leverage * HUNDRED
    buffer = ladder.settings.balance_buffer_percent
    if percent > buffer:
        yield Breach(
            rule="fees",
            text=f"to open and close takes {plain(percent)} % of a level's margin, over the "
            f"balance_buffer_percent of {plain(buffer)}; raise that, or lower the leverage",
        )


def _minimums(ladder: Ladder) -> Iterator[Breach]:
    instrument = ladder.instrument
    for n, quantities in enumerate(level_quantities(ladder.settings, instrument, ladder.prices)):
        for side in SIDES:
            qty, price = quantities.of(side), ladder.prices[n].of(side)
            if qty < instrument.min_qty:
                margin = plain(nominal_margin(ladder.settings, n))
                least = plain(instrument.min_qty)
                text = f"{side} gets {plain(qty)} for a margin of {margin} USDT, the least is {least}"
                yield Breach(rule="minimum quantity", level=n, text=text)
            elif qty * price < instrument.min_notional_usdt:
                least = plain(instrument.min_notional_usdt)
                text = f"{side}'s {plain(qty)} are worth {plain(qty * price)} USDT, the least is {least}"
                yield Breach(rule="minimum notional", level=n, text=text)


def _maximum_quantity(ladder: Ladder) -> Iterator[Breach]:
    most = ladder.instrument.max_qty
    for n, quantities in enumerate(level_quantities(ladder.settings, ladder.instrument, ladder.prices)):
        if quantities.long > most:
            text = f"{plain(quantities.long)} is over {plain(most)}"
            yield Breach(rule="maximum quantity", level=n, text=text)


def _maximum_market_quantity(ladder: Ladder) -> Iterator[Breach]:
    settings, most = ladder.settings, ladder.instrument.max_market_qty
    deepest = {
        ReopenSize.INITIAL: 0,
        ReopenSize.MINUS_TWO: max(settings.max_levels - 3, 0),
        ReopenSize.MARGIN_RATIO: settings.max_levels - 1,
    }[settings.reopen_size]
    for n, total in enumerate(_totals(ladder)[: deepest + 1]):
        if total > most:
            text = f"an opening of levels 0 to {n} takes {plain(total)} at market, over {plain(most)}"
            yield Breach(rule="maximum market quantity", level=n, text=text)


def _take_profit(ladder: Ladder) -> Iterator[Breach]:
    most = ladder.instrument.max_qty
    for n, total in enumerate(_totals(ladder)):
        if total > most:
            text = f"one order closes levels 0 to {n} with {plain(total)}, over {plain(most)}"
            yield Breach(rule="take profit", level=n, text=text)


def _risk_tier(ladder: Ladder) -> Iterator[Breach]:
    leverage = ladder.settings.leverage
    tiers = [tier for tier in ladder.instrument.tiers if tier.max_leverage >= leverage]
    allowed = max((tier.limit_usdt for tier in tiers), default=ZERO)
    for n, total in enumerate(_totals(ladder)):
        value = total * ladder.prices[n].short
        if value > allowed:
            text = (
                f"levels 0 to {n} are worth {value:.2f} USDT where SHORT's level {n} fills, "
                f"leverage {plain(leverage)} is allowed up to {plain(allowed)}"
            )
            yield Breach(rule="risk tier", level=n, text=text)


def _totals(ladder: Ladder) -> list[Decimal]:
    """The sums of the quantities of levels 0 ... n."""
    totals: list[Decimal] = []
    for quantities in level_quantities(ladder.settings, ladder.instrument, ladder.prices):
        totals.append((totals[-1] if totals else ZERO) + quantities.long)
    return totals


WHATEVER_THE_MARGIN: tuple[Rule, ...] = (_trading, _leverage, _price, _open_orders, _fees)
TOO_SMALL: tuple[Rule, ...] = (_minimums,)
TOO_LARGE: tuple[Rule, ...] = (_maximum_quantity, _maximum_market_quantity, _take_profit, _risk_tier)


def breaches(ladder: Ladder, rules: tuple[Rule, ...]) -> Iterator[Breach]:
    """Everything in a ladder that breaks one of the rules."""
    for rule in rules:
        yield from rule(ladder)
