"""The one take profit of a side: the right size and price at all times (strategy, section 6)."""

from __future__ import annotations

from decimal import Decimal

from messages.events import Severity
from messages.guard import CloseFailed
from messages.orders import Priority
from messages.requests import SetTradingStop
from messages.settings import GridSettings
from messages.sides import Role, Side
from state.changed import changed
from state.grid.backoff import NO_BACKOFF
from state.grid.draft import Draft
from state.grid.gates import explained
from state.grid.model import SideState
from state.ladder import take_profit_price
from state.numbers import HUNDRED, ONE, ZERO, ceil_to, floor_to
from state.order import Asked, CancelReason, Order, Phase, Wish

_TP_LEVEL = 0
#: An acknowledged order shows its first event within this time.
_EVENT_MS = 2_000
#: How long a side may be without a right take profit before that counts as a failed close.
LATE_MS = 10_000
_REDUCE_ONLY, _UNDER_MINIMUM = 110017, 110094


def run_take_profit(d: Draft, side: SideState) -> None:
    """Bring a side's take profit to what it should be: one order, leaving exactly the side's size."""
    orders = d.state.orders_of(side.side, Role.TAKE_PROFIT)
    current = [o for o in orders if o.name.cycle == side.cycle]
    stale = [o for o in orders if o.name.cycle != side.cycle and not o.ended]
    if side.held:
        for order in stale:
            d.cancel(order, CancelReason.SURPLUS, Priority.CLOSE)
    if not side.held or side.size == 0 or not d.state.synced:
        return
    if d.state.restart is not None or d.state.flatten is not None:
        return
    if held_back(d, side):
        for order in current:
            if not order.ended:
                d.cancel(order, CancelReason.STOP, Priority.CLOSE)
        return
    if stale:
        return  # never two on a side: the one of an older cycle ends first
    if not explained(side) and (not side.read_due_ms or side.reads < 2):
        return  # an execution or a row is under way; it is read if it does not come (lookups.py)
    _put_right(d, side, current)
    _put_trading_stop(d, side)


def _put_right(d: Draft, side: SideState, current: list[Order]) -> None:
    live = [o for o in current if not o.ended]
    price = wanted_price(d, side)
    if len(live) > 1:
        best = min(live, key=lambda o: (o.leaves != side.size, o.sent_ms))
        for order in live:
            if order is not best:
                d.cancel(order, CancelReason.SURPLUS, Priority.CLOSE)
        live = [best]
    if not live:
        if any(not o.settled for o in current) or d.now_ms < side.tp_backoff.until_ms:
            return  # its last fills are under way, or it was refused just now
        _place(d, side, price)
        return
    order = live[0]
    if order.busy or order.looking or order.cancel_reason is not None:
        return
    if order.row_filled > order.exec_filled:
        return  # the size may contain that fill or not: its execution is under way
    if order.price == price and order.asked_price != price:
        order = changed(order, asked_price=price)  # an amendment that this state knows nothing of
        d.state.orders[order.order_link_id] = order
    qty = side.size + order.exec_filled
    if order.qty == qty and order.asked_price == price:
        side.tp_backoff = NO_BACKOFF
    elif d.now_ms >= side.tp_backoff.until_ms and order.phase is Phase.LIVE:
        if order.asked_price == price and order.price is not None:
            price = order.price  # where the exchange has moved it
        d.amend(order, Wish(qty=qty, price=price), Priority.CLOSE)


def _place(d: Draft, side: SideState, price: Decimal) -> None:
    instrument = d.state.instrument
    if side.size >= instrument.min_qty and side.size > side.too_small:
        d.place(side, Role.TAKE_PROFIT, _TP_LEVEL, min(side.size, instrument.max_qty), price, Priority.CLOSE)
    elif side.opening is None and d.state.closing is None:
        close_at_market(d, side, Role.CLOSE)


def close_at_market(d: Draft, side: SideState, role: Role) -> None:
    """Close a whole leg at market (qty 0, reduce-only, close-on-trigger), one order at a time."""
    if d.state.orders_of(side.side, role) or d.now_ms < side.close_backoff.until_ms:
        return
    d.place(side, role, 0, ZERO, None, Priority.CLOSE)


def wanted_price(d: Draft, side: SideState) -> Decimal:
    """The price after which, all trading fees paid, take_profit_percent of the entry notional is left.

    Every step asks for it; it is worked out again once something that it rests on is another.
    """
    settings, state = side.settings or d.state.settings, d.state
    rests_on = (side.book, side.row_average, settings, state.fees, state.instrument)
    known: tuple[object, Decimal] | None = side.__dict__.get("_wanted_price")
    if known is None or known[0] != rests_on:
        known = side.__dict__["_wanted_price"] = rests_on, _price_after_fees(d, side, settings)
    return known[1]


def _price_after_fees(d: Draft, side: SideState, settings: GridSettings) -> Decimal:
    book, fees = side.book, d.state.fees
    average = book.average_entry if book.entry_qty > 0 else side.row_average
    fee = book.fee_per_unit if book.entry_qty > 0 else average * fees.taker
    return take_profit_price(
        side.side,
        average=average,
        fee_per_unit=fee,
        take_profit_percent=settings.take_profit_percent,
        maker=fees.maker,
        tick_size=d.state.instrument.tick_size,
    )


def held_back(d: Draft, side: SideState) -> bool:
    """What the guard has taken away; in a stop that holds, a close that would enlarge the net exposure."""
    if side.tp_withdrawn or not d.state.stopped:
        return side.tp_withdrawn
    other = d.state.of(side.side.other).size
    return other > abs(side.size - other)


def watch_take_profit(d: Draft, side: SideState) -> None:
    """Tell the guard of each ``LATE_MS`` that a side is without a right take profit, its stream being up."""
    state = d.state
    if not state.stream_up or not unprotected(d, side):
        side.wrong_tp_since_ms = 0
    elif not side.wrong_tp_since_ms:
        side.wrong_tp_since_ms = d.now_ms
    elif d.now_ms >= side.wrong_tp_since_ms + LATE_MS:
        side.wrong_tp_since_ms = d.now_ms
        d.emit(CloseFailed(symbol=state.symbol, side=side.side, reason="10 s without a right take profit"))


def unprotected(d: Draft, side: SideState) -> bool:
    """Whether a side lacks the right take profit that it should have: nothing closes it, or keeps it away."""
    state = d.state
    due = side.held and side.size > 0 and state.restart is None and state.flatten is None
    too_small = side.size < state.instrument.min_qty or side.size <= side.too_small
    return due and not too_small and not held_back(d, side) and not _covered(d, side)


def _covered(d: Draft, side: SideState) -> bool:
    live = [o for o in d.state.orders_of(side.side, Role.TAKE_PROFIT) if o.phase is Phase.LIVE]
    covering = min(side.size, d.state.instrument.max_qty)
    return len(live) == 1 and live[0].leaves == covering and live[0].asked_price == wanted_price(d, side)


def tp_is_right(d: Draft, side: SideState) -> bool:
    """Whether one resting take profit covers the side at the right price, or is about to."""
    orders = d.state.orders_of(side.side, Role.TAKE_PROFIT)
    if not explained(side) or any(_under_way(d, order) for order in orders):
        return True  # an answer or an event is due: it is judged after that
    live = [o for o in orders if o.phase is Phase.LIVE]
    if len(live) != 1 or not side.held:
        return False
    return live[0].leaves == side.size and live[0].asked_price == wanted_price(d, side)


def _under_way(d: Draft, order: Order) -> bool:
    """Whether a request about an order is unanswered, or its acknowledgement too young for its event."""
    return order.busy or (order.phase is Phase.ACCEPTED and d.now_ms < order.since_ms + _EVENT_MS)


def tp_refused(d: Draft, side: SideState, code: int, text: str) -> None:
    """A take profit was refused: read the leg where its size is in doubt, and wait before the next."""
    side.tp_backoff = side.tp_backoff.failed(d.now_ms)
    if code == _REDUCE_ONLY:
        side.doubted, side.read_due_ms = True, d.now_ms
    elif code == _UNDER_MINIMUM:
        side.too_small, side.tp_backoff = side.size, NO_BACKOFF
    d.count("tp_refused", str(code))
    d.note("tp_refused", f"{code} {text}", side.side, Severity.WARNING)


def _put_trading_stop(d: Draft, side: SideState) -> None:
    """The stop loss and the safety take profit that the exchange itself watches, where they are set."""
    settings = side.settings or d.state.settings
    if settings.protective_stop_percent is None and not settings.safety_take_profit:
        return
    if side.book.entry_qty == 0:
        return
    stop = _stop_price(d, side)
    safety = _safety_price(d, side) if settings.safety_take_profit else None
    wish = trading_stop(safety, stop)
    if wish != side.stop_sent and d.now_ms >= side.stop_backoff.until_ms:
        side.stop_sent = wish
        d.emit(SetTradingStop(symbol=d.state.symbol, leg=side.side, take_profit=safety, stop_loss=stop))


def trading_stop(take_profit: Decimal | None, stop_loss: Decimal | None) -> str:
    """What of a leg's trading-stop is set, as the state remembers it."""
    return "/".join("" if price is None else f"{price.normalize():f}" for price in (take_profit, stop_loss))


def _stop_price(d: Draft, side: SideState) -> Decimal | None:
    percent = (side.settings or d.state.settings).protective_stop_percent
    if percent is None:
        return None
    exact = side.book.average_entry * (ONE - side.side.sign * percent / HUNDRED)
    tick = d.state.instrument.tick_size
    return ceil_to(exact, tick) if side.side is Side.SHORT else floor_to(exact, tick)


def _safety_price(d: Draft, side: SideState) -> Decimal:
    """One step beyond the take profit, for the time when nobody is there to move it."""
    step = (side.settings or d.state.settings).grid_step_percent / HUNDRED
    exact = wanted_price(d, side) * (ONE + side.side.sign * step)
    tick = d.state.instrument.tick_size
    return ceil_to(exact, tick) if side.side is Side.LONG else floor_to(exact, tick)


def amend_refused(d: Draft, order: Order, code: int) -> None:
    """An amendment was refused: look the order up where it may have ended, else replace it."""
    if code in (110001, 110008, 110010, 110064, 40004, 110079):
        d.state.orders[order.order_link_id] = changed(order, amend=Asked.ACKED, asked_ms=0)
        return
    kept = changed(order, amend=Asked.NO, wish=None, asked_price=order.price)
    d.state.orders[order.order_link_id] = kept
    d.cancel(kept, CancelReason.REPLACE, Priority.CLOSE)
