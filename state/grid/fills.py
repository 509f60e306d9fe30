"""Executions, position rows and order rows: what the exchange says becomes what the grid holds."""

from __future__ import annotations

from collections.abc import Iterable

from messages.account import ExecType, Execution, OrderRow, OrderStatus, PositionRow
from messages.events import Severity, TradeBooked
from messages.ids import OrderName, parse_order_link_id
from messages.sides import Role
from state.changed import changed
from state.grid.backoff import NO_BACKOFF
from state.grid.booking import book_funding, cause_of, complete_closed, count, counted, incomplete_book
from state.grid.closing import act_on_close, skip_past_cycle
from state.grid.draft import Draft
from state.grid.effects import FreezeAccount, StopAccount
from state.grid.joining import complete_level, join_fill
from state.grid.model import Cause, CycleBook, SideState
from state.grid.strangers import judge_stranger, take_in_stranger
from state.leg import SizeChange, SizeRow, Source
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


def by_seq(executions: Iterable[Execution]) -> list[Execution]:
    """A read's executions in the order in which they happened: each is then known with all before it."""
    return sorted(executions, key=lambda e: e.seq)


def absorb_execution(d: Draft, execution: Execution, source: Source, *, anew: bool = False) -> None:
    """Count one execution, once by its exec_id; ``anew``: a rebuild counts it again from the start."""
    name = our_name(d, execution.order_link_id)
    leg = name.side if name is not None else execution.leg
    if not anew and (execution.exec_id in d.state.exec_ids or execution.exec_ms <= d.state.execs_known_ms):
        if leg is not None and execution.exec_type.changes_size:
            _told_again(d, d.state.of(leg), execution, source)
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
        _absorb_trade(d, side, name, execution, source)
        act_on_closes(d, side, execution.exec_ms, recovered=source is not Source.STREAM)


def _told_again(d: Draft, side: SideState, execution: Execution, source: Source) -> None:
    """A known execution changes no size, but tells how far its source has come."""
    if source is Source.STREAM and execution.order_side is side.side.closes_with:
        side.recovery_due_ms = 0  # the stream has brought what a read had found
    side.leg = side.leg.told(execution.seq, source)
    act_on_closes(d, side, execution.exec_ms, recovered=source is not Source.STREAM)


def _absorb_trade(
    d: Draft, side: SideState, name: OrderName | None, execution: Execution, source: Source
) -> None:
    opens = execution.order_side is side.side.opens_with
    change = SizeChange(seq=execution.seq, signed_qty=execution.qty if opens else -execution.qty)
    closed = _past_book(side, change)
    side.leg, has_ended = side.leg.with_change(change, source, held=side.held, gap=_gap(d))
    order = _fill_order(d, name, execution)
    _tell(d, side, name, execution, side.cycle if closed is None else closed.cycle)
    if closed is not None:
        complete_closed(d, side, closed, name, execution)
        skip_past_cycle(d, side, name.cycle if name is not None else 0)
    elif opens:
        join_fill(d, side, name, order, execution)
    else:
        count(side, name, execution)
    if not opens and source is Source.STREAM and closed is not None:
        side.recovery_due_ms = 0
    if side.held and has_ended and closed is None:
        close_side(d, side, None, execution.exec_ms, recovered=source is not Source.STREAM)


def _past_book(side: SideState, change: SizeChange) -> CycleBook | None:
    """The closed cycle to which an execution belongs; None for the present one, or one that it begins.

    A cycle of which nothing was known before a later one began has a book of its own beside the last.
    """
    if not side.leg.is_past(change):
        return None
    if side.leg.unseen == 0 and change.signed_qty > 0 and not side.held:
        return None
    book = incomplete_book(side) if side.leg.unseen != 0 else None
    if book is None:
        book = CycleBook(cycle=side.cycle - 1)
        side.old_books = (*side.old_books[-4:], book)
    return book


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


def act_on_closes(d: Draft, side: SideState, exec_ms: int, *, recovered: bool) -> None:
    """Act on each zero of a held leg that is now sure; while the stream has a gap, most have to wait."""
    while side.held and (zero := side.leg.zero(gap=_gap(d))) is not None:
        close_side(d, side, zero, exec_ms, recovered=recovered)


def _gap(d: Draft) -> bool:
    """Whether the stream may have lost something that no sync has shown yet."""
    return d.state.interrupted_ms != 0


def close_side(d: Draft, side: SideState, zero: int | None, exec_ms: int, *, recovered: bool) -> None:
    """Act on a close; what has filled after the zero is taken out of the closed cycle and is a late fill."""
    ordered = by_seq(side.fills)
    late = [e for e in ordered if zero is not None and e.seq > zero]
    past = ordered[: len(ordered) - len(late)]
    names = [our_name(d, e.order_link_id) for e in past]
    if late and not side.book.foreign_qty:
        book = CycleBook(cycle=side.cycle, funding=side.book.funding)
        for name, e in zip(names, past, strict=True):
            book = counted(side, book, name, e)
        side.book = book
    side.leg = side.leg.closed(zero)
    act_on_close(d, side, exec_ms, recovered=recovered)
    skip_past_cycle(d, side, max((name.cycle for name in names if name is not None), default=0))
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
        order = d.meet(name, execution.qty)
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
    # A row is pushed for its newest execution: its time is the execution's.
    exec_ms = row.updated_ms if streamed else 0
    act_on_closes(d, side, exec_ms, recovered=not streamed)
    if side.held and side.leg.told_flat:
        close_side(d, side, None, exec_ms, recovered=not streamed)


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
    if order.status == OrderStatus.FILLED.value and not order.decided:
        complete_level(d, side, order)
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
