"""A cycle's money, from executions alone, and why it closed (strategy, sections 7 and 14)."""

from __future__ import annotations

from decimal import Decimal

from messages.account import ExecType, Execution
from messages.events import CycleClosed, Severity, TradeBooked
from messages.guard import CloseSucceeded
from messages.ids import OrderName
from messages.sides import Role
from state.changed import changed
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


def counted(side: SideState, book: CycleBook, name: OrderName | None, e: Execution) -> CycleBook:
    """The book with one more execution of its leg, opening or closing.

    What a person buys is foreign, what a person sells is taken from the foreign part first; our own exits
    take it last.
    """
    if e.order_side is side.side.opens_with:
        if name is None:
            return changed(book, foreign_qty=book.foreign_qty + e.qty)
        return changed(
            book,
            opened_ms=book.opened_ms or e.exec_ms,
            entry_qty=book.entry_qty + e.qty,
            entry_value=book.entry_value + e.qty * e.price,
            entry_fees=book.entry_fees + e.fee_usdt,
        )
    foreign = max(book.foreign_qty, ZERO)
    foreign = min(foreign, e.qty) if name is None else min(foreign, max(e.qty - book.open_qty, ZERO))
    ours = e.qty - foreign
    cause = cause_of(side, name, e)
    return changed(
        book,
        foreign_qty=book.foreign_qty - foreign,
        exit_qty=book.exit_qty + ours,
        exit_value=book.exit_value + ours * e.price,
        exit_fees=book.exit_fees + e.fee_usdt,
        cause=cause if ours > 0 and CAUSE_RANK[cause] > CAUSE_RANK[book.cause] else book.cause,
    )


def count(side: SideState, name: OrderName | None, e: Execution) -> None:
    """Count an execution of the current cycle."""
    side.book, side.fills = counted(side, side.book, name, e), (*side.fills, e)


def incomplete_book(side: SideState) -> CycleBook | None:
    """The newest closed cycle whose executions are not all known."""
    return next((book for book in reversed(side.old_books) if book.size != 0), None)


def complete_closed(d: Draft, side: SideState, book: CycleBook, name: OrderName | None, e: Execution) -> None:
    """Count an execution that arrives after its cycle's close was acted on."""
    booked = counted(side, book, name, e)
    side.old_books = tuple(booked if b is book else b for b in side.old_books)
    report_if_complete(d, side, booked)


def book_funding(d: Draft, side: SideState, e: Execution) -> None:
    """Book a funding row: only its fee counts, its quantity is the position's size."""
    if side.held or not side.old_books:
        side.book = changed(side.book, funding=side.book.funding + e.fee_usdt)
    else:
        last = side.old_books[-1]
        side.old_books = (*side.old_books[:-1], changed(last, funding=last.funding + e.fee_usdt))
    side.funding += e.fee_usdt
    side.realised -= e.fee_usdt
    d.emit(
        TradeBooked(
            account=d.state.account, side=side.side, cycle=side.book.cycle, role="", level=-1, execution=e
        )
    )


def report_if_complete(d: Draft, side: SideState, book: CycleBook) -> None:
    """Report a closed cycle when its exits are all known; its sums then leave nothing to wait for."""
    if not _is_complete(book):
        return
    profit, fees = _result(side, book)
    side.cycles_closed += 1
    if book.cause is Cause.TAKE_PROFIT:
        d.emit(CloseSucceeded(symbol=d.state.symbol))
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


def take_back(d: Draft, side: SideState, since_ms: int) -> None:
    """Empty closed cycles that began at ``since_ms`` or later, reported or not: all of it is counted anew.

    The leg has not been flat since then, so their closes were none: an execution had been missing.
    """
    wrong = [book for book in side.old_books if book.opened_ms >= since_ms]
    side.old_books = tuple(
        CycleBook(cycle=b.cycle, closed_ms=b.closed_ms, cause=b.cause) if b in wrong else b
        for b in side.old_books
    )
    for book in filter(_is_complete, wrong):
        profit, fees = _result(side, book)
        side.cycles_closed -= 1
        side.fees -= fees
        side.realised -= profit - fees
        text = f"cycle {book.cycle} had not closed: its profit {profit} and fees {fees} are taken back"
        d.note("close_taken_back", text, side.side, Severity.WARNING)


def _is_complete(book: CycleBook) -> bool:
    return book.size == 0 and book.entry_qty != 0


def _result(side: SideState, book: CycleBook) -> tuple[Decimal, Decimal]:
    """A complete cycle's profit before fees, and its fees (USDT)."""
    entered = book.entry_value
    if book.open_qty != 0:  # a part has left unseen: its exit is not made up
        entered = book.average_entry * book.exit_qty
    return side.side.sign * (book.exit_value - entered), book.entry_fees + book.exit_fees
