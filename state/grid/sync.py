"""A sync's answer becomes facts: rebuild first, judge then (strategy, section 10).

A snapshot never undoes what the stream has told: rows are compared by sequence, ends are final, and an
order that it lacks is looked up by its id. A close that it reveals is acted on at once.
"""

from __future__ import annotations

from dataclasses import replace

from messages.account import OrderRow
from messages.events import Severity, SymbolSnapshot
from messages.ids import OrderName
from messages.orders import Priority
from messages.requests import LegsRead
from messages.sides import Role
from state.grid.draft import Draft
from state.grid.fills import absorb_execution, absorb_order_row, absorb_position, our_name
from state.grid.gates import explained
from state.grid.model import SideState
from state.grid.rebuild import begin_rebuild, rebuild_leg
from state.grid.take_profit import tp_is_right
from state.order import CancelReason, Order, Phase

#: An order this young may be missing from a snapshot that was on its way.
_YOUNG_MS = 2_000


def absorb_snapshot(d: Draft, snapshot: SymbolSnapshot) -> None:
    """Take one symbol's share of a sync."""
    fresh = not d.state.synced and not d.state.ever_saved
    if fresh:
        _rebuild_all(d, snapshot)
    for execution in snapshot.executions:
        absorb_execution(d, execution, streamed=False)
    for row in snapshot.positions:
        absorb_position(d, row, streamed=False)
    listed = {row.leg for row in snapshot.positions}
    for side in d.state.sides:
        _judge_leg(d, side, listed=side.side in listed)
    _absorb_orders(d, snapshot, adopt=fresh)
    d.state.synced, d.state.synced_ms, d.state.ever_saved = True, d.now_ms, True
    if snapshot.server_ms >= d.state.entries_from_ms:
        d.state.entries_proven = True


def _rebuild_all(d: Draft, snapshot: SymbolSnapshot) -> None:
    read = LegsRead(
        symbol=snapshot.symbol,
        positions=snapshot.positions,
        executions=snapshot.executions,
        server_ms=snapshot.server_ms,
    )
    for side in d.state.sides:
        if any(r.leg is side.side and r.size > 0 for r in snapshot.positions) or snapshot.executions:
            side.rebuild_from_ms = d.now_ms - 7 * 24 * 3600 * 1000
            rebuild_leg(d, side, read)


def _judge_leg(d: Draft, side: SideState, *, listed: bool) -> None:
    """A missing row proves nothing: a leg that we hold is then read by symbol."""
    if side.rebuild_from_ms:
        return
    if not listed and (side.size > 0 or side.opening is not None):
        side.missing_syncs += 1
        side.read_due_ms = d.now_ms if side.size > 0 else side.read_due_ms
        if side.missing_syncs >= 2 and side.size > 0:
            d.note("row_missing", "held by us, missing in two syncs", side.side, Severity.WARNING)
    else:
        side.missing_syncs = 0
    if explained(side):
        side.unexplained_syncs = 0
        return
    if not side.held and side.size > 0 and side.book.entry_qty == 0 and not d.state.synced:
        begin_rebuild(d, side)
        return
    side.unexplained_syncs += 1
    side.read_due_ms = d.now_ms
    d.count("unexplained_size")


def _absorb_orders(d: Draft, snapshot: SymbolSnapshot, *, adopt: bool) -> None:
    rows = {row.order_link_id: row for row in snapshot.orders}
    for link_id, row in rows.items():
        name = our_name(d, link_id)
        if name is None:
            continue
        if d.find(link_id) is None:
            d.state.orders[link_id] = _from_row(name, row, d.now_ms)
            _judge_stranger(d, d.state.orders[link_id], adopt=adopt)
        else:
            absorb_order_row(d, row)
    for order in list(d.state.orders.values()):
        listed_by_now = order.since_ms <= snapshot.server_ms - _YOUNG_MS
        if (
            order.phase is Phase.LIVE
            and order.order_link_id not in rows
            and listed_by_now
            and not order.looking
        ):
            d.state.orders[order.order_link_id] = replace(order, phase=Phase.ACCEPTED, absences=0)
    for side in d.state.sides:
        if side.held and d.state.synced and not side.opening and not tp_is_right(d, side):
            d.count("tp_wrong_at_sync")


def _from_row(name: OrderName, row: OrderRow, now_ms: int) -> Order:
    order = Order(
        name=name,
        qty=row.qty,
        price=row.price if row.price > 0 else None,
        asked_price=row.price if row.price > 0 else None,
        phase=Phase.UNKNOWN,
        sent_ms=row.created_ms,
        since_ms=now_ms,
        decided=False,
    )
    return order.with_row(row, now_ms)


def _judge_stranger(d: Draft, order: Order, *, adopt: bool) -> None:
    """An order of ours by its id that the state does not know: adopted after a loss, else an orphan."""
    side = d.state.of(order.side)
    key = f"{order.side.value}-{order.role.value}-{order.level}"
    if order.name.cycle == side.cycle:
        d.state.attempts[key] = max(d.state.attempts.get(key, 0), order.name.attempt)
    mine = side.held and order.name.cycle == side.cycle
    if order.role is Role.TAKE_PROFIT and mine:
        known = d.state.orders_of(order.side, Role.TAKE_PROFIT)
        if len(known) == 1:
            d.state.orders[order.order_link_id] = replace(order, decided=True)
            return
    if adopt and mine and order.role is Role.ENTRY and not _level_taken(d, side, order):
        d.state.orders[order.order_link_id] = replace(order, decided=True)
        d.state.references.setdefault(order.level, order.qty)
        return
    d.note("orphan", f"{order.order_link_id} rests without an owner: cancelled", order.side, Severity.WARNING)
    d.cancel(order, CancelReason.ORPHAN, Priority.CANCEL_FOR_CLOSE)


def _level_taken(d: Draft, side: SideState, order: Order) -> bool:
    same = [o for o in d.state.orders_of(side.side, Role.ENTRY) if o.level == order.level]
    return len(same) > 1 or (order.level in side.levels and side.levels[order.level].complete)
