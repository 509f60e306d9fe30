"""A cycle's money, from executions alone, and why it closed (strategy, sections 7 and 14)."""

from __future__ import annotations

from dataclasses import replace

from messages.account import ExecType, Execution
from messages.events import CycleClosed, TradeBooked
from messages.ids import OrderName
from messages.sides import Role
from state.grid.draft import Draft
from state.grid.model import CAUSE_RANK, Cause, CycleBook, SideState
from state.numbers import ZERO

_EXCHANGE_TYPES = frozenset({ExecType.ADL, ExecType.BUST, ExecType.SETTLE, ExecType.DELIVERY})
_EXCHANGE_CREATES = (
    "CreateByLiq",
    "CreateByAdl",
    "CreateByTakeOver",
    "CreateByAdminClosing",
    "CreateBySettle",
)


def cause_of(side: SideState, name: OrderName | None, execution: Execution) -> Cause:
    """Why a reducing execution happened, by its id, else by what the exchange says created it."""
    if execution.exec_type in _EXCHANGE_TYPES or execution.create_type.startswith(_EXCHANGE_CREATES):
        return Cause.EXCHANGE
    if name is not None:
        return Cause.RESTART if name.role is Role.RESTART else Cause.TAKE_PROFIT
    settings = side.settings
    if settings is not None:
        if settings.protective_stop_percent is not None and execution.create_type == "CreateByStopLoss":
            return Cause.OURS
        if settings.safety_take_profit and execution.create_type == "CreateByTakeProfit":
            return Cause.TAKE_PROFIT
    return Cause.PERSON


def book_exit(d: Draft, side: SideState, name: OrderName | None, e: Execution) -> int:
    """Add a reducing execution to its cycle; gives the cycle. A closed cycle is reported once complete."""
    cause = cause_of(side, name, e)
    old = _old_book_for(side, name)
    book = old if old is not None else side.book
    surplus = max(e.qty - book.open_qty, ZERO) if side.foreign_qty > 0 else ZERO
    side.foreign_qty -= surplus
    worse = cause if CAUSE_RANK[cause] > CAUSE_RANK[book.cause] else book.cause
    booked = replace(
        book,
        exit_qty=book.exit_qty + e.qty - surplus,
        exit_value=book.exit_value + (e.qty - surplus) * e.price,
        exit_fees=book.exit_fees + e.fee_usdt,
        cause=worse,
    )
    if old is None:
        side.book = booked
    else:
        side.old_books = tuple(booked if b is old else b for b in side.old_books)
        report_if_complete(d, side, booked)
    return booked.cycle


def _old_book_for(side: SideState, name: OrderName | None) -> CycleBook | None:
    """The closed cycle that an exit belongs to: by its id, else the last one that still misses exits."""
    incomplete = [book for book in side.old_books if book.open_qty > 0]
    if name is not None and name.cycle == side.cycle:
        return None
    if name is not None:
        return next((book for book in incomplete if book.cycle == name.cycle), None)
    return incomplete[-1] if incomplete and not side.held else None


def book_funding(d: Draft, side: SideState, e: Execution) -> None:
    """Book a funding row: only its fee counts, its quantity is the position's size."""
    if side.held or not side.old_books:
        side.book = replace(side.book, funding=side.book.funding + e.fee_usdt)
    else:
        last = side.old_books[-1]
        side.old_books = (*side.old_books[:-1], replace(last, funding=last.funding + e.fee_usdt))
    side.funding += e.fee_usdt
    side.realised -= e.fee_usdt
    d.emit(
        TradeBooked(
            account=d.state.account, side=side.side, cycle=side.book.cycle, role="", level=-1, execution=e
        )
    )


def report_if_complete(d: Draft, side: SideState, book: CycleBook) -> None:
    """Report a closed cycle when its exits are all known; its sums then leave nothing to wait for."""
    if book.open_qty > 0 or book.entry_qty == 0:
        return
    profit = side.side.sign * (book.exit_value - book.entry_value)
    fees = book.entry_fees + book.exit_fees
    side.cycles_closed += 1
    side.fees += fees
    side.realised += profit - fees
    d.emit(
        CycleClosed(
            account=d.state.account,
            symbol=d.state.symbol,
            side=side.side,
            cycle=book.cycle,
            cause=book.cause.value,
            entry_qty=book.entry_qty,
            average_entry=book.average_entry,
            average_exit=book.exit_value / book.exit_qty if book.exit_qty else ZERO,
            profit=profit,
            fees=fees,
            funding=book.funding,
            deepest_level=book.deepest,
            opened_ms=book.opened_ms,
            closed_ms=book.closed_ms,
        )
    )
