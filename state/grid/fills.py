"""Executions, position rows and order rows: what the exchange says becomes what the grid holds."""

from __future__ import annotations

from messages.account import ExecType, Execution, OrderRow, OrderStatus, PositionRow
from messages.events import Severity, TradeBooked
from messages.ids import OrderName, parse_order_link_id
from messages.sides import Role
from state.changed import changed
from state.grid.backoff import NO_BACKOFF
from state.grid.booking import book_funding, cause_of, complete_closed, count, counted, incomplete_book
from state.grid.closing import act_on_close
from state.grid.draft import Draft
from state.grid.effects import FreezeAccount, StopAccount
from state.grid.joining import join_fill
from state.grid.model import Cause, CycleBook, SideState
from state.grid.strangers import judge_stranger, take_in_stranger
from state.leg import SizeChange, SizeRow
from state.order import ABSENT, FILLED, REFUSED, Asked, Order, Phase

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
    name = our_name(d, execution.order_link_id)
    leg = name.side if name is not None else execution.leg
    if not anew and (execution.exec_id in d.state.exec_ids or execution.exec_ms <= d.state.execs_known_ms):
        if streamed and leg is not None and execution.order_side is leg.closes_with:
            d.state.of(leg).recovery_due_ms = 0  # the stream has brought what a read had found
        return
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
    change = SizeChange(seq=execution.seq, signed_qty=execution.qty if opens else -execution.qty)
    closed = incomplete_book(side) if side.leg.belongs_to_closed(change) else None
    side.leg, reached_zero = side.leg.with_change(change)
    order = _fill_order(d, name, execution)
    _tell(d, side, name, execution, side.cycle if closed is None else closed.cycle)
    if closed is not None:
        complete_closed(d, side, closed, name, execution)
    elif opens:
        join_fill(d, side, name, order, execution)
    else:
        count(side, name, execution)
    if not opens and streamed and closed is not None:
        side.recovery_due_ms = 0
    if side.held and reached_zero and not d.state.interrupted_ms:
        close_side(d, side, execution.exec_ms, recovered=not streamed)


def _tell(d: Draft, side: SideState, name: OrderName | None, e: Execution, cycle: int) -> None:
    d.emit(
        TradeBooked(
            account=d.state.account,
            side=side.side,
            cycle=cycle,
            role=name.role.value if name is not None else "",
            level=name.level if name is not None else -1,
            execution=e,
        )
    )
    if e.order_side is side.side.closes_with and cause_of(side, name, e) is Cause.EXCHANGE:
        what = e.create_type or e.exec_type
        d.emit(StopAccount(reason=f"{d.state.symbol} {side.side}: {what}"))


def close_side(d: Draft, side: SideState, exec_ms: int, *, recovered: bool) -> None:
    """Act on a close; what has filled after the zero is taken out of the closed cycle and is a late fill."""
    zero = side.leg.closed().start
    ordered = sorted(side.fills, key=lambda e: e.seq)
    late = [e for e in ordered if zero is not None and side.leg.size > 0 and e.seq > zero.seq]
    if late and not side.book.foreign_qty:
        book = CycleBook(cycle=side.cycle, funding=side.book.funding)
        for e in ordered[: -len(late)]:
            book = counted(side, book, our_name(d, e.order_link_id), e)
        side.book = book
    act_on_close(d, side, exec_ms, recovered=recovered)
    for e in late:
        name = our_name(d, e.order_link_id)
        if e.order_side is side.side.opens_with:
            join_fill(d, side, name, d.find(e.order_link_id), e)
        else:
            count(side, name, e)


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
        d.spend(name)
    order = order.with_fill(execution.qty, execution.qty * execution.price)
    if order.surely_filled:
        order = changed(order.ended_as(FILLED, d.now_ms), row_filled=order.exec_filled)
        d.put(order)
        order_ended(d, order, asked=True)
    d.put(order)
    return order


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
    told_flat = side.size == 0 and side.leg.row.size == 0
    if side.held and (told_flat or (side.leg.reached_zero and not d.state.interrupted_ms)):
        # The row was pushed for the closing execution: its time is the execution's.
        close_side(d, side, row.updated_ms if streamed else 0, recovered=not streamed)


def absorb_order_row(d: Draft, row: OrderRow, *, streamed: bool = False) -> None:
    """Merge a row of one of our orders; one that rests without standing in the state is an orphan.

    So is one that was held for refused or absent, and is shown all the same.
    """
    order = d.find(row.order_link_id)
    if order is not None and order.status in (REFUSED, ABSENT) and not row.status.ended:
        d.forget(order)
        order = None
    if order is None:
        name = our_name(d, row.order_link_id)
        if name is not None and d.state.synced and not row.status.ended:
            judge_stranger(d, take_in_stranger(d, name, row), adopt=False)
        return
    was_ended = order.ended
    merged = order.with_row(row, d.now_ms)
    d.put(merged)
    if merged.ended and not was_ended:
        asked = order.cancel is not Asked.NO or order.cancel_reason is not None
        order_ended(d, merged, asked=asked, seen=streamed and order.phase is Phase.LIVE)


def order_ended(d: Draft, order: Order, *, asked: bool, seen: bool = False) -> None:
    """What the end of an order means for its side, beyond the fills.

    ``seen``: it rested before our eyes and the stream has told its end. Only then is a cancel by the user
    a person's; else it may be our own, asked by an earlier process.
    """
    side = d.state.of(order.side)
    if order.cancel_reason is not None and order.cancel_reason.value == "orphan":
        d.count("orphan")
    if order.cancel_type in _LIQUIDATING:
        reason = f"{order.order_link_id} ended by {order.cancel_type}"
        d.state.frozen_until_ms = d.now_ms + _FREEZE_MS
        d.emit(FreezeAccount(until_ms=d.now_ms + _FREEZE_MS, reason=reason))
    if order.role in (Role.CLOSE, Role.RESTART) and order.row_filled == 0:
        side.close_backoff = side.close_backoff.failed(d.now_ms)
    if asked or order.status == OrderStatus.FILLED.value:
        return
    d.count("cancelled_by_exchange", order.cancel_type or order.reject_reason)
    if order.role is Role.TAKE_PROFIT:
        side.tp_backoff = side.tp_backoff.failed(d.now_ms, first_at_once=True)
    elif order.role is Role.ENTRY:
        if order.cancel_type == "CancelByUser" and not seen:
            return  # its id is spent, the next attempt takes its place
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
