"""Orders with an id of ours that the state lacks: adopted after a start, else orphans (section 10)."""

from __future__ import annotations

from messages.account import OrderRow
from messages.events import Severity
from messages.ids import OrderName
from messages.orders import Priority
from messages.sides import Role
from state.changed import changed
from state.grid.draft import Draft
from state.grid.model import SideState
from state.order import CancelReason, Order, Phase


def take_in_stranger(d: Draft, name: OrderName, row: OrderRow) -> Order:
    """Keep an order that the exchange has shown; its id is never given out again."""
    price = row.price if row.price > 0 else None
    order = d.meet(name, row.qty, price, sent_ms=row.created_ms).with_row(row, d.now_ms)
    d.put(order)
    return order


def judge_stranger(d: Draft, order: Order, *, adopt: bool) -> None:
    """Cancel it, unless it fits where its side stands; an entry only if ``adopt``: a process has begun."""
    side = d.state.of(order.side)
    mine = side.held and order.name.cycle == side.cycle
    if order.role is Role.TAKE_PROFIT and mine:
        if len(d.state.orders_of(order.side, Role.TAKE_PROFIT)) == 1:
            d.put(changed(order, decided=True))
            return
    elif adopt and mine and order.role is Role.ENTRY and not _level_taken(d, side, order):
        d.put(changed(order, decided=True))
        d.state.references.setdefault(order.level, order.qty)
        return
    if order.role is Role.ENTRY and d.state.closing is not None:
        d.put(changed(order, decided=True))  # the close takes every entry away
        return
    d.note("orphan", f"{order.order_link_id} rests without an owner: cancelled", order.side, Severity.WARNING)
    d.cancel(order, CancelReason.ORPHAN, Priority.CANCEL_FOR_CLOSE)


def judge_undecided(d: Draft) -> None:
    """Judge what a first sync has shown of a leg that was still to be rebuilt: now it is."""
    for order in list(d.state.orders.values()):
        waits = not order.decided and order.phase is Phase.LIVE and order.cancel_reason is None
        if waits and not d.state.of(order.side).rebuild_from_ms:
            judge_stranger(d, order, adopt=True)


def _level_taken(d: Draft, side: SideState, order: Order) -> bool:
    same = [o for o in d.state.orders_of(side.side, Role.ENTRY) if o.level == order.level]
    return len(same) > 1 or (order.level in side.levels and side.levels[order.level].complete)
