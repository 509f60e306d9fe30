"""Pending entries: which levels rest, at what price, and when they are moved (strategy, section 5)."""

from __future__ import annotations

from decimal import Decimal

from messages.events import Severity
from messages.orders import BalanceContext, Priority
from messages.sides import Role, Side
from state.changed import changed
from state.grid.backoff import NO_BACKOFF
from state.grid.draft import Draft
from state.grid.gates import entries_allowed, price_fresh, withdrawn
from state.grid.joining import renew_base
from state.grid.model import GridState, SideState
from state.grid.quantities import balance_check, level_qty
from state.ladder import entry_price, meets_minimums
from state.numbers import HUNDRED, ZERO
from state.order import CancelReason, Order

_RECALCULATE_EVERY_MS = 10_000
_RECALCULATE_PRICE_MS = 5_000


def run_entries(d: Draft, side: SideState) -> None:
    """Bring a side's resting entries to what should rest: at most one order a level."""
    resting = {o.level: o for o in d.state.orders_of(side.side, Role.ENTRY)}
    if withdrawn(d):
        _cancel(d, list(resting.values()), CancelReason.STOP)
        return
    deepest = side.deepest
    wanted = _wanted_levels(d, side, deepest)
    _cancel(d, [o for n, o in resting.items() if n not in wanted], CancelReason.SURPLUS)
    if wanted <= resting.keys() and not recalculation_due(d.state, side, d.now_ms):
        return  # all that should rest does, and where it should
    if side.opening is not None or not entries_allowed(d, side) or side.base is None or deepest < 0:
        return
    _recalculate(d, side, resting)
    passed_one = False
    for n in sorted(wanted):
        price = _price(d, side, n, deepest)
        passed = _passed(d, side.side, price)
        if n not in resting:
            if passed and passed_one:
                break
            _place_level(d, side, n, price)
            if _complete(side, n):  # its rest is too small to buy: deeper ones follow from its price
                run_entries(d, side)
                return
        passed_one = passed_one or passed


def _wanted_levels(d: Draft, side: SideState, deepest: int) -> set[int]:
    if not side.held or deepest < 0 or d.state.closing is not None or d.state.restart is not None:
        return set()
    settings = side.settings or d.state.settings
    depth = max(deepest + settings.pending_depth, d.state.of(side.side.other).deepest)
    below, levels = range(deepest + 1, min(depth, settings.max_levels - 1) + 1), side.levels
    return {n for n in below if n not in levels or not levels[n].complete}


def settle_short_levels(d: Draft, side: SideState) -> None:
    """A level whose order has ended short, and whose rest is too small to buy, counts as filled."""
    deepest, working = side.deepest, {o.level for o in d.state.orders_of(side.side, Role.ENTRY)}
    for n, level in sorted(side.levels.items()):
        if n <= deepest or level.complete or n in working or side.base is None or deepest < 0:
            continue
        _complete_if_short(d, side, n, _price(d, side, n, deepest))


def _complete_if_short(d: Draft, side: SideState, n: int, price: Decimal) -> bool:
    """Let a level that is begun count as filled if its rest is too small to buy; False if it may be."""
    level = side.levels.get(n)
    if level is None or not level.qty:
        return False
    if meets_minimums(d.state.instrument, level_qty(d, side, n, price) - level.qty, price):
        return False
    side.levels[n] = changed(level, complete=True)
    renew_base(d, side)
    return True


def _complete(side: SideState, n: int) -> bool:
    return n in side.levels and side.levels[n].complete


def _cancel(d: Draft, orders: list[Order], reason: CancelReason) -> None:
    if d.state.closing is None:
        for order in orders:
            if not order.ended:
                d.cancel(order, reason, Priority.PENDING)


def _price(d: Draft, side: SideState, n: int, deepest: int) -> Decimal:
    settings = side.settings or d.state.settings
    base = side.base if side.base is not None else ZERO
    nearest = side.levels[deepest].price
    return entry_price(settings, d.state.instrument, side.side, base, nearest, n - deepest)


def _passed(d: Draft, side: Side, price: Decimal) -> bool:
    last = d.state.last
    return last is not None and (last <= price if side is Side.LONG else last >= price)


def _place_level(d: Draft, side: SideState, n: int, price: Decimal) -> None:
    state = d.state
    if n in side.kept_away or n in side.withheld:
        return
    if d.now_ms < side.level_backoff.get(n, NO_BACKOFF).until_ms:
        return
    if not price_fresh(d):
        state.wants_price = True
        return
    if not state.instrument.min_price <= price <= state.instrument.max_price:
        return
    if _complete_if_short(d, side, n, price):
        return
    level = side.levels.get(n)
    qty = level_qty(d, side, n, price) - (level.qty if level is not None else ZERO)
    if not meets_minimums(state.instrument, qty, price):
        d.note("under_minimum", f"level {n}: {qty} at {price}", side.side, Severity.CRITICAL)
        side.level_backoff[n] = side.level_backoff.get(n, NO_BACKOFF).failed(d.now_ms)
        return
    depth_alone = side.deepest + (side.settings or state.settings).pending_depth
    context = BalanceContext.AVERAGING if n <= depth_alone else BalanceContext.SYMMETRY
    check = balance_check(d, side, context, qty, price, level=n)
    d.place(side, Role.ENTRY, n, qty, price, Priority.PENDING, check)


def _recalculate(d: Draft, side: SideState, resting: dict[int, Order]) -> None:
    """Move the entries after a market that went away from them by more than the limit (failure 7)."""
    if not recalculation_due(d.state, side, d.now_ms) or side.base is None or d.state.last is None:
        return
    last, average = d.state.last, side.book.average_entry
    side.base = min(last, average) if side.side is Side.LONG else max(last, average)
    side.price_at_base, side.recalculated_ms = last, d.now_ms
    d.note("recalculated", f"price {last}: entries from {side.base.normalize():f}", side.side)
    tick = d.state.instrument.tick_size
    for n, order in resting.items():
        if order.price is None or order.ended:
            continue
        if abs(_price(d, side, n, side.deepest) - order.price) >= tick:
            d.cancel(order, CancelReason.RECALCULATE, Priority.RECALCULATE)
            d.count("recalculated")


def recalculation_due(state: GridState, side: SideState, now_ms: int) -> bool:
    """Whether the price has left this side's entries behind by more than recalculate_percent."""
    start, last = side.price_at_base, state.last
    if start is None or last is None or not side.held:
        return False
    away = last - start if side.side is Side.LONG else start - last
    if away <= 0 or away * HUNDRED <= start * (side.settings or state.settings).recalculate_percent:
        return False
    young = now_ms - state.price_ms <= _RECALCULATE_PRICE_MS
    rested = not side.recalculated_ms or now_ms >= side.recalculated_ms + _RECALCULATE_EVERY_MS
    return young and rested and side.book.entry_qty > 0
