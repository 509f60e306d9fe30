"""What must hold between the tiny exchange and the bot's state: always, when all is told, and at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from messages.sides import SIDES, Role, Side
from state.grid.model import SideState
from state.order import Phase
from tests.stateful.bot import Bot, through_the_file
from tests.stateful.records import FEES, INSTRUMENT, ZERO


def always(bot: Bot) -> Iterator[str]:
    """What may never be seen, whatever goes wrong meanwhile."""
    state, exchange = bot.state, bot.exchange
    theirs = Counter((o.name.side, o.name.role, o.name.level) for o in exchange.open_orders())
    ours = Counter((o.side, o.role, o.level) for o in state.orders.values() if not o.ended)
    for slot, count in [*theirs.items(), *ours.items()]:
        if count > 1:
            yield f"{count} orders for {slot}"
    for order in exchange.open_orders():
        known = state.orders.get(str(order.name))
        if known is None or known.ended:
            yield f"{order.name} is open without an owner"
    for side in SIDES:
        take_profits = exchange.open_orders(Role.TAKE_PROFIT, side=side)
        leaves = sum((o.leaves for o in take_profits), ZERO)
        if len(take_profits) > 1 or leaves > exchange.legs[side].size:
            yield f"{side}: take profits of {leaves} on a leg of {exchange.legs[side].size}"
    if through_the_file(state) != state:
        yield "the state is another one after its file"


def when_all_is_told(bot: Bot) -> Iterator[str]:
    """What agrees as soon as nothing is under way, and nothing was lost without a sync since."""
    for side in bot.state.sides:
        size = bot.exchange.legs[side.side].size
        if side.size != size:
            yield f"{side.side}: {side.size} for us, {size} at the exchange"
        if side.book.foreign_qty:
            yield f"{side.side}: {side.book.foreign_qty} is taken for foreign"
        if side.held:
            held = sum((level.qty for level in side.levels.values()), ZERO)
            if held != side.book.entry_qty:
                yield f"{side.side}: levels hold {held}, the cycle bought {side.book.entry_qty}"
            if side.book.size != side.size:
                yield f"{side.side}: {side.book.size} booked, {side.size} held"
        elif side.size or side.levels:
            yield f"{side.side}: {side.size} in {side.levels}, but not held"
    missing = [e.exec_id for e in bot.exchange.executions if e.exec_id not in bot.booked]
    if missing:
        yield f"never booked: {missing}"


def at_the_end(bot: Bot) -> Iterator[str]:
    """What must be right once faults have stopped and time has passed."""
    yield from always(bot)
    yield from when_all_is_told(bot)
    state, exchange = bot.state, bot.exchange
    if state.closing is not None or state.restart is not None:
        yield f"still closing: {state.closing} {state.restart}"
    for order in state.orders.values():
        if order.phase is not Phase.LIVE or order.busy or order.looking:
            yield f"{order.name} is still {order.phase}, {order.amend}, {order.cancel}"
        theirs = exchange.orders.get(str(order.name))
        if theirs is None or (theirs.qty, theirs.price) != (order.qty, order.price):
            yield f"{order.name}: {order.qty} at {order.price} for us, {theirs} at the exchange"
    for side in state.sides:
        yield from _take_profit(bot, side)
        yield from _entries(bot, side)


def _take_profit(bot: Bot, side: SideState) -> Iterator[str]:
    size = bot.exchange.legs[side.side].size
    found = [(o.leaves, o.price) for o in bot.exchange.open_orders(Role.TAKE_PROFIT, side=side.side)]
    right = [(size, take_profit_price(bot, side.side))] if size else []
    if found != right:
        yield f"{side.side}: take profits {found}, not {right}"


def take_profit_price(bot: Bot, side: Side) -> Decimal:
    """The price of section 6, from the exchange's executions since the leg was last flat."""
    bought = value = fees = size = ZERO
    for e in bot.exchange.executions:
        if e.leg is not side:
            continue
        if e.order_side is side.opens_with:
            bought, size = bought + e.qty, size + e.qty
            value, fees = value + e.qty * e.price, fees + e.fee_usdt
        else:
            size -= e.qty
            if not size:
                bought = value = fees = ZERO
    gain = bot.settings.take_profit_percent / 100
    tick, a, f = INSTRUMENT.tick_size, value / bought, fees / bought
    if side is Side.LONG:
        ticks = (a * (1 + gain) + f) / (1 - FEES.maker) / tick
        return ticks.to_integral_value(ROUND_CEILING) * tick
    ticks = (a * (1 - gain) - f) / (1 + FEES.maker) / tick
    return ticks.to_integral_value(ROUND_FLOOR) * tick


def _entries(bot: Bot, side: SideState) -> Iterator[str]:
    """An open side rests its next levels, each once; a flat one nothing, and it waits for something."""
    resting = sorted(o.name.level for o in bot.exchange.open_orders(Role.ENTRY, side=side.side))
    if not side.held:
        if resting:
            yield f"{side.side}: flat, but levels {resting} rest"
        if not side.paused and not _waits_for_the_other(bot, side):
            yield f"{side.side}: flat, and waits for nothing"
        return
    deepest, theirs, settings = _deepest(side), _deepest(bot.state.of(side.side.other)), bot.settings
    last = min(max(deepest + settings.pending_depth, theirs), settings.max_levels - 1)
    right = [n for n in range(deepest + 1, last + 1) if n not in side.kept_away]
    if resting != right:
        yield f"{side.side}: levels {resting} rest, not {right}"


def _deepest(side: SideState) -> int:
    """The deepest level that is filled; if a late fill is all there is, the deepest begun."""
    whole = [n for n, level in side.levels.items() if level.complete]
    return max(whole or side.levels, default=-1)


def _waits_for_the_other(bot: Bot, side: SideState) -> bool:
    """With reopen_side ``opposite`` a side stays flat until the other's close opens it."""
    return bot.settings.reopen_side.value == "opposite" and bot.state.of(side.side.other).held
