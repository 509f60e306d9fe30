"""Close and reopen: one procedure per symbol (strategy, section 7).

| step | what holds                                             | it ends when                               |
|------|--------------------------------------------------------|--------------------------------------------|
| 1    | the close is acted on: next cycle, no entry leaves     | at once (``act_on_close``)                 |
| 2    | every entry of BOTH sides is cancelled by its id       | each cancel is asked                       |
| 3    | each order is followed to its end and its executions   | all are settled; looked up every second    |
| 4    | late fills have joined; references, sides and depth    | the openings stand in the state            |
| 5    | one market order for the missing levels                | the levels are held or given up            |
| 6    | the take profit, from the first fill on                | (state/grid/take_profit.py)                |
| 7    | pending entries of both sides                          | (state/grid/entries.py)                    |

Steps 1-4 are ``GridState.closing``; step 5 is ``SideState.opening``. Both stand in the state file. A close
that comes meanwhile joins ``closing.sides``, and so everything is back at step 2.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from messages.events import Severity
from messages.ids import MAX_COUNTER
from messages.orders import Priority
from messages.settings import ReopenSide, ReopenSize
from messages.sides import SIDES, Role, Side
from state.changed import changed
from state.grid.backoff import NO_BACKOFF
from state.grid.booking import report_if_complete
from state.grid.draft import Draft
from state.grid.effects import CloseActed
from state.grid.entries import settle_short_levels
from state.grid.model import CAUSE_RANK, Cause, CycleBook, Opening, SideState
from state.grid.procedures import Closing
from state.ladder import nominal_margin, nominal_margin_through
from state.numbers import ZERO
from state.order import CancelReason

#: A recovery counts if the stream has not brought the close by then (strategy, section 10).
RECOVERY_MS = 5_000
#: How long an old take profit may take to show its end before it is cancelled.
_TP_END_MS = 300
_ALERT_MS = 5_000
#: How long the cause of a close may stay untold before it is read from the exchange, and how many reads
#: that show no execution for it make it unexplained. An exchange that can't be read proves nothing.
_CAUSE_READ_MS, _CAUSE_READS = 1_000, 4
UNEXPLAINED = "its close is not explained"


def act_on_close(d: Draft, side: SideState, exec_ms: int, *, recovered: bool) -> None:
    """Step 1, at once, whatever sync is under way: a new cycle number, and no entry leaves from here on."""
    released, released_ms = _released(d, side, exec_ms or d.now_ms)
    closed = changed(side.book, closed_ms=exec_ms or d.now_ms, deepest=max(side.levels, default=-1))
    if d.state.flatten is not None and CAUSE_RANK[closed.cause] < CAUSE_RANK[Cause.OURS]:
        closed = changed(closed, cause=Cause.OURS)
    if d.state.restart is not None and closed.size == 0 and closed.cause is not Cause.EXCHANGE:
        closed = changed(closed, cause=Cause.RESTART)
    side.old_books = (*side.old_books[-4:], closed)
    _begin_next_cycle(d, side)
    if d.state.restart is not None and not any(each.held for each in d.state.sides):
        d.state.references.clear()  # at once: an older file may be told of the openings next
    report_if_complete(d, side, closed)
    d.emit(CloseActed(side=side.side, exec_ms=exec_ms))
    if recovered:
        side.recovery_due_ms = d.now_ms + RECOVERY_MS
    if d.state.flatten is not None:
        side.paused = side.paused or d.state.flatten.reason
    elif d.state.restart is None:
        before = d.state.closing
        sides = frozenset({side.side}) if before is None else before.sides | {side.side}
        d.state.closing = Closing(
            sides=sides,
            started_ms=d.now_ms if before is None else before.started_ms,
            released=released + (ZERO if before is None else before.released),
            released_ms=released_ms if before is None else min(released_ms, before.released_ms),
        )


def _released(d: Draft, side: SideState, closed_ms: int) -> tuple[Decimal, int]:
    """The margin (USDT) that the close itself has set free, and when.

    What has left before the last moment is in a wallet push of its own: counted here as well, it would be
    spent twice.
    """
    book = side.book
    if book.entry_qty == 0:
        return ZERO, closed_ms
    at_ms, qty = closed_ms, book.open_qty  # a row has told of the close before its executions
    if qty <= 0:
        exits = [e for e in side.fills if e.order_side is side.side.closes_with]
        at_ms = max((e.exec_ms for e in exits), default=closed_ms)
        qty = sum((e.qty for e in exits if e.exec_ms == at_ms), ZERO)
    leverage = d.state.leverage_set or d.state.settings.leverage
    return min(qty, book.entry_qty) * book.average_entry / leverage, at_ms


def skip_past_cycle(d: Draft, side: SideState, past: int) -> None:
    """Number a flat side's next cycle beyond one that a closed book has shown to be over.

    A process that is no more had begun it, and its state was lost: its ids must not decide anything again.
    """
    waits = any(o.decided and o.name.cycle == side.cycle for o in d.state.orders_of(side.side, *Role))
    if past >= side.cycle and not side.held and not waits:
        _number_cycle(d, side, past + 1)
        side.book = changed(side.book, cycle=side.cycle)


def _begin_next_cycle(d: Draft, side: SideState) -> None:
    side.held, side.levels, side.opening = False, {}, None
    side.base = side.price_at_base = None
    side.tp_backoff, side.level_backoff = NO_BACKOFF, {}
    side.kept_away = side.withheld = frozenset()
    side.unexplained_reads = 0
    side.stop_sent, side.fills, side.too_small = "", (), ZERO
    _number_cycle(d, side, side.cycle + 1)
    side.book = CycleBook(cycle=side.cycle)


def _number_cycle(d: Draft, side: SideState, cycle: int) -> None:
    side.cycle = cycle
    if cycle >= MAX_COUNTER:
        side.paused = "cycle numbers are used up: use another account number"
        d.note("cycles_used_up", side.paused, side.side, Severity.CRITICAL)
    for key in [key for key in d.state.attempts if key.startswith(f"{side.side.value}-")]:
        del d.state.attempts[key]
    d.spend_shown(side)


def run_closing(d: Draft) -> None:
    """Steps 2 and 3, then 4 as soon as nothing of the old cycles can fill any more."""
    closing = d.state.closing
    if closing is None:
        return
    for order in [o for side in SIDES for o in d.state.orders_of(side, Role.ENTRY)]:
        if not order.ended:
            d.cancel(order, CancelReason.CLOSE, Priority.CANCEL_FOR_CLOSE)
    waiting = any(d.state.orders_of(side, Role.ENTRY, Role.OPENING) for side in SIDES)
    for side in closing.sides:
        if d.state.of(side).held:
            continue  # a late fill has begun its next cycle: its orders are the new cycle's
        for order in d.state.orders_of(side, Role.TAKE_PROFIT, Role.CLOSE):
            waiting = waiting or not order.ended
            if not order.ended and order.leaves > 0 and d.now_ms >= closing.started_ms + _TP_END_MS:
                d.cancel(order, CancelReason.CLOSE, Priority.CANCEL_FOR_CLOSE)
    if waiting or not _causes_known(d, closing):
        if not closing.alerted and d.now_ms >= closing.started_ms + _ALERT_MS:
            d.state.closing = replace(d.state.closing or closing, alerted=True)
            d.note("close_slow", "orders of a closed cycle have not ended after 5 s", None, Severity.WARNING)
        return
    _decide(d, closing)


def _causes_known(d: Draft, closing: Closing) -> bool:
    """Whether each close's executions have come; else they are read, and finally given up as a person's."""
    for side in (d.state.of(s) for s in SIDES if s in closing.sides):
        book = side.old_books[-1]
        if book.size == 0 or side.rebuild_from_ms:
            continue
        if side.unexplained_reads < _CAUSE_READS:
            if not side.read_due_ms:
                side.read_due_ms = book.closed_ms + _CAUSE_READ_MS
            return False
    return True


def lift_unexplained(d: Draft, side: SideState) -> None:
    """Executions that came late explain a close after all: the side goes on as they say."""
    if side.paused != UNEXPLAINED or side.old_books[-1].size != 0:
        return
    side.paused = ""
    if _may_reopen(d, side) and not side.held and side.opening is None:
        decide_opening(d, side)


def _decide(d: Draft, closing: Closing) -> None:
    """Step 4: clear references, say which sides open again and how deep, and record it."""
    if d.state.flat:
        d.state.references.clear()
    d.state.closing = None
    reopening: set[Side] = set()
    for s in SIDES:
        if s in closing.sides and _may_reopen(d, d.state.of(s)):
            reopening |= _targets(d, s)
    for side in d.state.sides:  # how deep the other side is, is asked next
        settle_short_levels(d, side)
    for s in SIDES:
        side = d.state.of(s)
        if s in reopening and side.opening is None and not side.paused:
            decide_opening(d, side, released=closing.released, released_ms=closing.released_ms)


def _may_reopen(d: Draft, side: SideState) -> bool:
    book = side.old_books[-1]
    cause = book.cause
    if book.size != 0:
        side.paused = UNEXPLAINED
        d.note("paused", f"stays flat: {side.paused}", side.side, Severity.WARNING)
        return False
    if cause in (Cause.TAKE_PROFIT, Cause.RESTART):
        return not d.state.settings.wind_down
    side.paused = {
        Cause.PERSON: "closed by a person",
        Cause.OURS: "closed by our stop",
        Cause.EXCHANGE: "closed by the exchange",
    }[cause]
    d.note("paused", f"stays flat until resume: {side.paused}", side.side, Severity.WARNING)
    return False


def _targets(d: Draft, closed: Side) -> set[Side]:
    mode = d.state.settings.reopen_side
    if mode is ReopenSide.CLOSED:
        return {closed}
    flat = {s for s in SIDES if not d.state.of(s).held}
    return flat & {closed.other} if mode is ReopenSide.OPPOSITE else flat | {closed}


def decide_opening(d: Draft, side: SideState, *, released: Decimal = ZERO, released_ms: int = 0) -> None:
    """Record that a side opens, and how deep (reopen_size); the planner carries it out."""
    depth = reopen_depth(d, side) if side.ever_opened else 0
    side.opening = Opening(
        depth=depth,
        reopening=side.ever_opened,
        decided_ms=d.now_ms,
        released=released,
        released_ms=released_ms,
    )


def reopen_depth(d: Draft, side: SideState) -> int:
    """j: the deepest level that a reopening takes (strategy, section 7)."""
    settings, other = d.state.settings, d.state.of(side.side.other)
    last = settings.max_levels - 1
    if settings.reopen_size is ReopenSize.INITIAL or not other.held:
        return 0
    if settings.reopen_size is ReopenSize.MINUS_TWO:
        return min(max(other.deepest - 2, 0), last)
    held = sum((nominal_margin(settings, n) for n, level in other.levels.items() if level.complete), ZERO)
    ratio = held / settings.initial_margin
    if ratio < 8:
        return 0
    budget = held if ratio >= 16 else held / 2
    return max((n for n in range(last + 1) if nominal_margin_through(settings, n) <= budget), default=0)
