"""Nothing stays unknown: which orders and legs are read from the exchange, and when (sections 4, 7, 9).

| what is not known                              | looked up after                                     |
|------------------------------------------------|-----------------------------------------------------|
| an order without an answer                     | its stamp + recv_window + 1 s by the exchange's clock |
| an acknowledged order that shows nothing       | 2 s                                                 |
| a cancel or an amendment without its event     | 1 s, then every second                              |
| an end whose fills are not all known           | 1 s, then every second                              |
| a market order that does not end               | 2 s, then every second                              |
| a size that the executions don't explain       | 1 s, then 1, 2, 4 ... 60 s                          |
"""

from __future__ import annotations

from messages.requests import LookUpOrder, ReadLegs
from state.changed import changed
from state.grid.draft import PROOF_MS, Draft
from state.grid.effects import WakeAt
from state.grid.flatten import PROVE_AGAIN_MS
from state.grid.gates import explained
from state.grid.model import SideState
from state.grid.procedures import FlattenStep
from state.grid.take_profit import LATE_MS
from state.order import Asked, Order, Phase

#: A leverage that was refused, or not answered, is asked for again after this long.
LEVERAGE_AGAIN_MS = 5_000
_AGAIN_MS = 1_000
_ACK_MS = 2_000
_LOST_MS = 15_000
#: Executions are asked for from this long before the cycle's first one.
_READ_BACK_MS = 60_000
#: Ended ids are remembered for this long (strategy, section 10). Ids of executions go once there are many
#: and they are this old; that all executions up to a time are known then takes their place.
_REMEMBER_MS = 900_000
_REMEMBER_EXEC_MS = 600_000
_MOST_EXEC_IDS = 512
_FAR_MS = 2**62


def due_ms(order: Order) -> int:
    """When an order is to be looked up; far away when nothing about it is in doubt."""
    if order.looking:
        return order.looked_ms + _LOST_MS
    due, phase = _FAR_MS, order.phase
    if phase is Phase.LIVE:
        if order.amend is Asked.ACKED or order.cancel is Asked.ACKED:
            due = order.asked_ms + _AGAIN_MS
        elif order.price is None:
            due = order.since_ms + _ACK_MS
    elif phase is Phase.UNKNOWN:
        due = order.request_ms + PROOF_MS + 1 if order.request_ms else order.since_ms
    elif phase is Phase.ACCEPTED:
        due = order.since_ms + _ACK_MS
    elif phase is Phase.ENDED and not order.settled:
        due = order.since_ms + _AGAIN_MS
    return due if due == _FAR_MS else max(due, order.looked_ms + _AGAIN_MS if order.looked_ms else 0)


def run_lookups(d: Draft) -> None:
    """Ask for every look-up and read that is due, and to be woken for the next."""
    wake = _FAR_MS
    for order in list(d.state.orders.values()):
        due = due_ms(order)
        if due <= d.now_ms:
            d.state.orders[order.order_link_id] = changed(order, looking=True, looked_ms=d.now_ms)
            d.emit(LookUpOrder(symbol=d.state.symbol, order_link_id=order.order_link_id))
            due = d.now_ms + _LOST_MS
        if due < wake:
            wake = due
    for side in d.state.sides:
        wake = min(wake, _read_leg(d, side))
    wake = max(min(wake, _next_timer(d)), d.now_ms + 1)
    if wake < _FAR_MS and not d.now_ms < d.state.wake_ms <= wake:
        d.state.wake_ms = wake
        d.emit(WakeAt(due_ms=wake))


def _read_leg(d: Draft, side: SideState) -> int:
    if not d.state.synced:
        return _FAR_MS
    unbooked = bool(side.old_books) and side.old_books[-1].size != 0
    in_doubt = not explained(side) or side.doubted or unbooked or bool(side.rebuild_from_ms)
    if not in_doubt:
        side.read_due_ms = side.reads = 0
        return _FAR_MS
    if not side.read_due_ms:
        side.read_due_ms = d.now_ms + _AGAIN_MS
    if d.now_ms >= side.read_due_ms:
        opened = [book.opened_ms for book in (*side.old_books[-1:], side.book) if book.opened_ms]
        since = side.rebuild_from_ms or min(opened, default=d.now_ms) - _READ_BACK_MS
        d.emit(ReadLegs(symbol=d.state.symbol, since_ms=since))
        side.read_due_ms = d.now_ms + min(_AGAIN_MS * 2**side.reads, 60_000)
        side.reads = min(side.reads + 1, 10)
    return side.read_due_ms


def _next_timer(d: Draft) -> int:
    """The next moment at which a wait of the planner ends."""
    state, now_ms = d.state, d.now_ms
    moments = [state.frozen_until_ms]
    if state.leverage_set != state.settings.leverage:
        moments.append(state.leverage_asked_ms + LEVERAGE_AGAIN_MS)
    for side in state.sides:
        moments += (side.tp_backoff.until_ms, side.close_backoff.until_ms, side.stop_backoff.until_ms)
        moments.append(side.recovery_due_ms)
        if side.level_backoff:
            moments += [backoff.until_ms for backoff in side.level_backoff.values()]
        if side.opening is not None:
            moments.append(side.opening.retry_ms)
        if side.wrong_tp_since_ms:
            moments.append(side.wrong_tp_since_ms + LATE_MS)
    if state.flatten is not None and state.flatten.step is FlattenStep.PROVING:
        moments.append(state.flatten.asked_ms + PROVE_AGAIN_MS)
    if state.closing is not None:
        moments += [state.closing.started_ms + wait for wait in (300, 1_000, 5_000, 10_000)]
    return min([moment for moment in moments if moment > now_ms], default=_FAR_MS)


def forget(d: Draft) -> None:
    """Drop ended orders, and ids of executions, that nothing can refer to any more."""
    state = d.state
    # The first has ended first, or nearly so: the others are looked at once it is old enough.
    if len(state.ended) > 64 and d.now_ms - next(iter(state.ended.values())).since_ms >= _REMEMBER_MS:
        state.ended = {k: o for k, o in state.ended.items() if d.now_ms - o.since_ms < _REMEMBER_MS}
    if len(state.exec_ids) > _MOST_EXEC_IDS:
        until_ms = sorted(state.exec_ids.values())[_MOST_EXEC_IDS // 2]
        until_ms = min(until_ms, d.now_ms - _REMEMBER_EXEC_MS)
        if state.interrupted_ms:  # what a gap hides is not known
            until_ms = min(until_ms, state.interrupted_ms - 1)
        state.exec_ids = {k: ms for k, ms in state.exec_ids.items() if ms > until_ms}
        state.execs_known_ms = max(state.execs_known_ms, until_ms)
