"""Answers to what was asked: acknowledgements, refusals, silence, look-ups, reads of the legs."""

from __future__ import annotations

from dataclasses import replace

from messages.events import Severity
from messages.orders import Action, Outcome, RequestAnswered
from messages.requests import LegsRead, OrderLookUp
from messages.sides import Role
from state.changed import changed
from state.grid.backoff import NO_BACKOFF
from state.grid.draft import PROOF_MS, Draft
from state.grid.effects import ProvenAbsent
from state.grid.fills import absorb_execution, absorb_order_row, absorb_position, by_seq, order_ended
from state.grid.gates import explained
from state.grid.model import SideState
from state.grid.opening import opening_ended, opening_postponed, opening_withheld
from state.grid.rebuild import begin_rebuild, rebuild_leg, wait_for_the_other
from state.grid.strangers import judge_undecided
from state.grid.take_profit import amend_refused, tp_refused
from state.leg import Source
from state.numbers import ZERO
from state.order import ABSENT, REFUSED, Asked, Order, Phase

#: Refusals of a new order that don't prove its absence: a used id, and the rate limits.
_LOOK_UP_FIRST = frozenset({110072, 10006, 20003, 10403})
#: An acknowledged order that so many look-ups in a row don't show has ended without a fill.
_ABSENCES = 3
#: What the exchange shows from longer before an order's decision is of an older order with its id.
_OLDER_MS = 60_000


def absorb_answer(d: Draft, answer: RequestAnswered) -> None:
    """Take the one answer that each command gets."""
    order = d.find(answer.order_link_id)
    if order is None or order.ended:
        return
    if answer.action is Action.PLACE:
        _placed(d, order, answer)
    elif answer.action is Action.AMEND:
        _amended(d, order, answer)
    else:
        _cancelled(d, order, answer)


def _placed(d: Draft, order: Order, answer: RequestAnswered) -> None:
    if order.phase is not Phase.SENT:
        return  # the stream has been faster
    if answer.outcome is Outcome.ACCEPTED:
        d.put(changed(order, phase=Phase.ACCEPTED, request_ms=answer.request_ms, since_ms=d.now_ms))
    elif answer.outcome is Outcome.UNKNOWN or answer.code in _LOOK_UP_FIRST:
        stamp = answer.request_ms if answer.outcome is Outcome.UNKNOWN else 0
        d.put(changed(order, phase=Phase.UNKNOWN, request_ms=stamp or d.now_ms, since_ms=d.now_ms))
        d.count("unknown_order")
    else:
        _refused(d, order, answer)


def _refused(d: Draft, order: Order, answer: RequestAnswered) -> None:
    """A definite refusal spends the id; what the balance check withheld spends none."""
    side = d.state.of(order.side)
    d.put(order.ended_as(REFUSED, d.now_ms))
    withheld = answer.outcome is Outcome.WITHHELD
    if withheld:
        key = f"{order.side.value}-{order.role.value}-{order.level}"
        d.state.attempts[key] = min(d.state.attempts.get(key, 0), order.name.attempt - 1)
        d.state.ended.pop(order.order_link_id, None)
    else:
        d.note("refused", f"{order.order_link_id}: {answer.code} {answer.text}", order.side, Severity.WARNING)
    if order.role is Role.OPENING:
        if withheld:
            opening_withheld(d, side, answer.text)
        elif answer.outcome is Outcome.RETRYABLE:
            opening_postponed(d, side)
        else:
            opening_ended(d, side, filled=False)
    elif order.role is Role.ENTRY:
        if withheld:
            side.withheld |= {order.level}
        else:
            side.level_backoff[order.level] = side.level_backoff.get(order.level, NO_BACKOFF).failed(d.now_ms)
    elif order.role is Role.TAKE_PROFIT:
        tp_refused(d, side, answer.code, answer.text)
    else:
        side.close_backoff = side.close_backoff.failed(d.now_ms)


def _amended(d: Draft, order: Order, answer: RequestAnswered) -> None:
    if order.amend is Asked.NO:
        return
    side = d.state.of(order.side)
    if answer.outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
        asked_ms = d.now_ms if answer.outcome is Outcome.ACCEPTED else answer.request_ms + PROOF_MS
        d.put(changed(order, amend=Asked.ACKED, asked_ms=asked_ms))
    elif answer.outcome is Outcome.RETRYABLE or answer.code == 0:
        d.put(changed(order, amend=Asked.NO, wish=None, asked_price=order.price))
        side.tp_backoff = side.tp_backoff.failed(d.now_ms)
    else:
        d.note("amend_refused", f"{order.order_link_id}: {answer.code} {answer.text}", order.side)
        amend_refused(d, order, answer.code)


def _cancelled(d: Draft, order: Order, answer: RequestAnswered) -> None:
    if order.cancel is Asked.NO:
        return
    asked_ms = d.now_ms
    if answer.outcome is Outcome.UNKNOWN:
        asked_ms = answer.request_ms or d.now_ms
    elif answer.outcome is not Outcome.ACCEPTED:
        asked_ms = 0  # it may have ended already: look at once
    d.put(changed(order, cancel=Asked.ACKED, asked_ms=asked_ms))


def absorb_look_up(d: Draft, found: OrderLookUp) -> None:
    """What the exchange showed of one order; its absence counts only when it is proven."""
    found = _without_older(d.find(found.order_link_id), found)
    for execution in by_seq(found.executions):
        absorb_execution(d, execution, Source.LOOK_UP)
    for row in found.positions:
        absorb_position(d, row, streamed=False)
    order = d.find(found.order_link_id)
    if order is None:
        return
    if found.order is not None:
        absorb_order_row(d, found.order)
        _definite(d, found)
        _settle(d, found)
    elif found.executions or order.ended:
        d.put(changed(order, looking=False))
        _end_settled_by_look_up(d, found)
    else:
        _absent(d, order, found.server_ms)


def _without_older(order: Order | None, found: OrderLookUp) -> OrderLookUp:
    """Leave out what is of an older order: after a loss of the state an id may be chosen a second time.

    The exchange then refuses ours, or forgets the older one; either way that one's past is no sign of ours.
    """
    if order is None or not order.decided:
        return found
    since_ms, row = order.sent_ms - _OLDER_MS, found.order
    if row is not None and row.status.ended and row.created_ms < since_ms:
        row = None
    executions = tuple(e for e in found.executions if e.exec_ms >= since_ms)
    return replace(found, order=row, executions=executions)


def _definite(d: Draft, found: OrderLookUp) -> None:
    """A row that was read after a request had its answer shows what became of the request."""
    order = d.find(found.order_link_id)
    if order is None:
        return
    order = changed(order, looking=False)
    if not order.ended and order.asked_ms <= d.now_ms:
        if order.amend is Asked.ACKED:
            moved = order.wish is not None and order.qty == order.wish.qty
            if not moved:
                side = d.state.of(order.side)
                side.tp_backoff = side.tp_backoff.failed(d.now_ms)
            order = changed(
                order, amend=Asked.NO, wish=None, asked_price=order.asked_price if moved else order.price
            )
        if order.cancel is Asked.ACKED:
            order = changed(order, cancel=Asked.NO)
    d.put(order)


def _settle(d: Draft, found: OrderLookUp) -> None:
    """All executions that an ended order ever had are read and known: nothing more is to come of it."""
    order = d.find(found.order_link_id)
    executed = sum((e.qty for e in found.executions), ZERO)
    if order is not None and order.ended and not order.settled and executed >= order.row_filled:
        d.put(changed(order, exec_filled=order.row_filled))


def _end_settled_by_look_up(d: Draft, found: OrderLookUp) -> None:
    """Executions without a row: history has forgotten or not yet listed the order; ask again."""
    order = d.find(found.order_link_id)
    if order is not None and not order.ended and order.exec_filled >= order.qty > 0:
        d.put(changed(order.ended_as("Filled", d.now_ms), row_filled=order.exec_filled))


def _absent(d: Draft, order: Order, server_ms: int) -> None:
    """An order without an answer may still arrive until its window is over by the exchange's own clock."""
    absences = order.absences + 1
    if order.phase is Phase.UNKNOWN:
        proven = server_ms > order.request_ms + PROOF_MS
    else:
        proven = absences >= _ABSENCES
    if proven:
        ended = order.ended_as(ABSENT, d.now_ms)
        d.put(ended)
        d.emit(ProvenAbsent(order_link_id=order.order_link_id))
        d.note("absent", f"{order.order_link_id} is proven absent: its id is spent", order.side)
        if order.phase is not Phase.UNKNOWN:
            order_ended(d, ended, asked=True)
        if order.role is Role.OPENING:
            opening_postponed(d, d.state.of(order.side))  # lost, not refused
    else:
        d.put(changed(order, looking=False, absences=absences))


def absorb_legs(d: Draft, read: LegsRead) -> None:
    """Both legs with their executions, read because a size was not explained."""
    for side in d.state.sides:
        if side.rebuild_from_ms:
            rebuild_leg(d, side, read)
    wait_for_the_other(d)
    for execution in by_seq(read.executions):
        absorb_execution(d, execution, Source.READ)
    for row in read.positions:
        absorb_position(d, row, streamed=False)
    judge_undecided(d)
    for side in d.state.sides:
        side.doubted = False
        _judge_unexplained(d, side)
        _count_unexplained_close(d, side)


def _judge_unexplained(d: Draft, side: SideState) -> None:
    """What two syncs in a row could not explain is not ours: it is covered, and entries pause."""
    if explained(side) or not side.unexplained_syncs or side.rebuild_from_ms:
        return
    if side.unexplained_syncs == 1:
        begin_rebuild(d, side)
        return
    difference = side.size - side.book.open_qty
    side.book = changed(side.book, foreign_qty=difference)
    text = f"{difference} of the position is not ours: entries pause until resume"
    d.note("foreign_size", text, side.side, Severity.CRITICAL)


def _count_unexplained_close(d: Draft, side: SideState) -> None:
    """One more read that has shown no execution for the last close."""
    if side.old_books and side.old_books[-1].size != 0:
        side.unexplained_reads += 1


def absorb_failed_look_up(d: Draft, order_link_id: str) -> None:
    """A look-up found no answer: it is asked again a second later."""
    order = d.find(order_link_id)
    if order is not None and order.looking:
        d.put(changed(order, looking=False))
