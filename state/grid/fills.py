"""Executions, position rows and order rows: what the exchange says becomes what the grid holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from messages.account import ExecType, Execution, OrderRow, OrderStatus, PositionRow
from messages.events import Severity, TradeBooked
from messages.ids import OrderName, parse_order_link_id
from messages.sides import Role
from state.grid.booking import book_exit, book_funding, cause_of
from state.grid.closing import act_on_close
from state.grid.draft import Draft
from state.grid.effects import StopAccount
from state.grid.model import NO_BACKOFF, Cause, Level, SideState
from state.leg import SizeChange, SizeRow
from state.numbers import ZERO
from state.order import Asked, Order, Phase

_LIQUIDATING = frozenset(
    {
        "CancelByPrepareLiq",
        "CancelAllBeforeLiq",
        "CancelByPrepareAdl",
        "CancelAllBeforeAdl",
        "CancelBySettle",
        "CancelByDCP",
    }
)
_FREEZE_MS = 600_000


def our_name(d: Draft, order_link_id: str) -> OrderName | None:
    """The parts of an id of this account and symbol; None for every other id."""
    name = parse_order_link_id(order_link_id)
    if name is None or name.account != d.state.account or name.symbol != d.state.symbol:
        return None
    return name


def absorb_execution(d: Draft, execution: Execution, *, streamed: bool, anew: bool = False) -> None:
    """Count one execution, once by its exec_id; ``anew``: a rebuild counts it again from the start."""
    if not anew and (execution.exec_id in d.state.exec_ids or execution.exec_ms <= d.state.execs_known_ms):
        return
    name = our_name(d, execution.order_link_id)
    leg = name.side if name is not None else execution.leg
    if leg is None:
        d.note(
            "unknown_leg",
            f"execution {execution.exec_id} names no leg; both are read",
            None,
            Severity.WARNING,
        )
        for side in d.state.sides:
            side.read_due_ms = d.now_ms
        return
    d.state.exec_ids[execution.exec_id] = execution.exec_ms
    side = d.state.of(leg)
    if execution.exec_type is ExecType.FUNDING:
        book_funding(d, side, execution)
    elif execution.exec_type.changes_size:
        _absorb_trade(d, side, name, execution, streamed=streamed)


def _absorb_trade(
    d: Draft, side: SideState, name: OrderName | None, execution: Execution, *, streamed: bool
) -> None:
    opens = execution.order_side is side.side.opens_with
    qty = execution.qty if opens else -execution.qty
    side.leg, reached_zero = side.leg.with_change(SizeChange(seq=execution.seq, signed_qty=qty))
    order = _fill_order(d, name, execution)
    cycle = side.cycle
    if opens:
        join_fill(d, side, name, order, execution)
    else:
        cycle = book_exit(d, side, name, execution)
        if cause_of(side, name, execution) is Cause.EXCHANGE:
            d.emit(
                StopAccount(
                    reason=f"{d.state.symbol} {side.side}: {execution.create_type or execution.exec_type}"
                )
            )
    d.emit(
        TradeBooked(
            account=d.state.account,
            side=side.side,
            cycle=cycle,
            role=name.role.value if name is not None else "",
            level=name.level if name is not None else -1,
            execution=execution,
        )
    )
    if streamed and not opens:
        side.recovery_due_ms = 0
    if reached_zero and side.held:
        act_on_close(d, side, execution.exec_ms, recovered=not streamed)


def _fill_order(d: Draft, name: OrderName | None, execution: Execution) -> Order | None:
    if name is None:
        return None
    order = d.find(execution.order_link_id)
    if order is None:
        # Ours by its id, but not in the state (lost, or restored from an older file): look it up.
        order = Order(
            name=name,
            qty=execution.qty,
            price=None,
            asked_price=None,
            phase=Phase.UNKNOWN,
            sent_ms=d.now_ms,
            since_ms=d.now_ms,
            decided=False,
        )
    order = order.with_fill(execution.qty, execution.qty * execution.price)
    d.put(order)
    return order


def join_fill(d: Draft, side: SideState, name: OrderName | None, order: Order | None, e: Execution) -> None:
    """Let an opening fill join the side: its level, its book, a new base; it may begin a cycle."""
    if name is None or order is None:
        side.foreign_qty += e.qty
        d.note(
            "foreign_fill", f"{e.qty} at {e.price} came without an id of ours", side.side, Severity.WARNING
        )
        return
    book = side.book
    side.book = replace(
        book,
        opened_ms=book.opened_ms or e.exec_ms,
        entry_qty=book.entry_qty + e.qty,
        entry_value=book.entry_value + e.qty * e.price,
        entry_fees=book.entry_fees + e.fee_usdt,
    )
    if name.cycle != side.cycle or order.cancel_reason is not None:
        d.count("late_fill")
        d.note(
            "late_fill",
            f"level {name.level} filled {e.qty} at {e.price} after its cancel was asked",
            side.side,
        )
    if not side.held:
        side.held, side.ever_opened = True, True
        side.settings = d.state.cycle_settings
    if name.role is Role.OPENING and name.cycle == side.cycle:
        _join_opening(d, side, order, e.qty)
    else:
        _join_level(d, side, name.level, order, e.qty, e.qty * e.price)
    side.kept_away = frozenset()
    renew_base(d, side)


def _join_level(d: Draft, side: SideState, n: int, order: Order, qty: Decimal, value: Decimal) -> None:
    level = side.levels.get(n) or Level(wanted=d.state.references.get(n, order.qty))
    total = level.qty + qty
    side.levels[n] = replace(
        level, qty=total, value=level.value + value, complete=level.complete or total >= level.wanted
    )
    d.state.references.setdefault(n, level.wanted)


def _join_opening(d: Draft, side: SideState, order: Order, qty: Decimal) -> None:
    """Give an opening's fill to its missing levels from 0 up; their price is the order's average."""
    slots = [n for n in range(order.level + 1) if n not in side.levels or side.levels[n].by_opening]
    left = qty
    for n in slots:
        level = side.levels.get(n) or Level(wanted=d.state.references.get(n, order.qty), by_opening=True)
        part = left if n == slots[-1] else min(left, max(level.wanted - level.qty, ZERO))
        if part > 0:
            total = level.qty + part
            side.levels[n] = replace(level, qty=total, complete=total >= level.wanted)
            left -= part
    opened = [o for o in (*d.state.orders.values(), *d.state.ended.values()) if _same_opening(o, order)]
    filled = sum((o.exec_filled for o in opened), ZERO)
    average = sum((o.exec_value for o in opened), ZERO) / filled
    for n in slots:
        if n in side.levels:
            side.levels[n] = replace(side.levels[n], value=side.levels[n].qty * average)


def _same_opening(one: Order, other: Order) -> bool:
    a, b = one.name, other.name
    return a.role is Role.OPENING and (a.side, a.cycle) == (b.side, b.cycle) and one.exec_filled > 0


def renew_base(d: Draft, side: SideState) -> None:
    """base = p, the price at which the deepest level filled; p0 = the last price now."""
    n = side.deepest
    if n < 0:
        n = max((n for n, level in side.levels.items() if level.qty > 0), default=-1)
    if n >= 0 and side.levels[n].qty > 0:
        side.base = side.levels[n].price
        side.price_at_base = d.state.last
        side.base_from_ms = d.now_ms


def absorb_position(d: Draft, row: PositionRow, *, streamed: bool) -> None:
    """Take a position row; a size that goes to zero while the grid holds the side is a close."""
    if row.leg is None:
        return
    side = d.state.of(row.leg)
    size_row = SizeRow(seq=row.seq, size=row.size, updated_ms=row.updated_ms, final=False)
    side.leg = side.leg.with_stream_row(size_row) if streamed else side.leg.with_read_row(size_row)
    if row.size > 0 and side.leg.row.seq == row.seq:
        side.row_average = row.average_price
        d.state.leverage_set = row.leverage
    if streamed and row.size == 0:
        side.recovery_due_ms = 0
    if side.held and side.size == 0:
        # The row was pushed for the closing execution: its time is the execution's.
        act_on_close(d, side, row.updated_ms if streamed else 0, recovered=not streamed)


def absorb_order_row(d: Draft, row: OrderRow) -> None:
    """Merge a row of one of our orders; rows of orders that we don't know are a sync's matter."""
    order = d.find(row.order_link_id)
    if order is None:
        return
    was_ended = order.ended
    merged = order.with_row(row, d.now_ms)
    d.put(merged)
    if merged.ended and not was_ended:
        order_ended(d, merged, asked=order.cancel is not Asked.NO or order.cancel_reason is not None)


def order_ended(d: Draft, order: Order, *, asked: bool) -> None:
    """What the end of an order means for its side, beyond the fills."""
    side = d.state.of(order.side)
    if order.cancel_reason is not None and order.cancel_reason.value == "orphan":
        d.count("orphan")
    closing = d.state.closing
    if order.role.opens and closing is not None and order.price is not None:
        margin = order.leaves * order.price / (d.state.leverage_set or d.state.settings.leverage)
        d.state.closing = replace(closing, released=closing.released + margin, released_ms=d.now_ms)
    if asked or order.status == OrderStatus.FILLED.value:
        return
    d.count("cancelled_by_exchange", order.cancel_type or order.reject_reason)
    if order.cancel_type in _LIQUIDATING:
        d.state.frozen_until_ms = d.now_ms + _FREEZE_MS
        d.note("frozen", f"{order.order_link_id} ended by {order.cancel_type}", side.side, Severity.CRITICAL)
    if order.role is Role.TAKE_PROFIT:
        side.tp_backoff = side.tp_backoff.failed(d.now_ms, first_at_once=True)
    elif order.role is Role.ENTRY:
        if order.cancel_type == "CancelByUser":
            side.kept_away |= {order.level}
            d.note(
                "entry_cancelled",
                f"level {order.level} was cancelled by a person",
                side.side,
                Severity.WARNING,
            )
        else:
            _delay_level(d, side, order.level)


def _delay_level(d: Draft, side: SideState, level: int) -> None:
    side.level_backoff[level] = side.level_backoff.get(level, NO_BACKOFF).failed(d.now_ms)
