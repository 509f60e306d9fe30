"""Flatten: take every order of ours away, close both sides at market, and prove it (strategy, section 12).

| step       | what holds                                              | it ends when                      |
|------------|---------------------------------------------------------|-----------------------------------|
| CANCELLING | every entry and take profit is cancelled by its id      | all are settled                   |
| CLOSING    | each side is closed by a market order of role C         | both sizes are 0                  |
| PROVING    | both legs are read by symbol, again every 2 s           | a read shows both flat            |
| FLAT       | both sides are paused                                   | a person says ``resume``          |

A resting take profit goes first, since it uses up the reduce-only budget. A size that a read reveals leads
back to CLOSING. The closes are no take profits: they start no procedure of section 7. What is ours and open
although the state is FLAT (it is older than a ``resume``) leads back to CANCELLING: it would have no TP.
"""

from __future__ import annotations

from dataclasses import replace

from messages.events import Severity
from messages.orders import Priority
from messages.requests import LegsRead, ReadLegs
from messages.sides import SIDES, Role
from state.grid.draft import Draft
from state.grid.procedures import Flatten, FlattenStep
from state.grid.take_profit import close_at_market
from state.order import CancelReason

#: How often the legs are read until they are proven flat, and how long a proof looks back.
PROVE_AGAIN_MS = 2_000
_LOOK_BACK_MS = 60_000


def begin_flatten(d: Draft, reason: str) -> None:
    """Whatever else was under way is over; one that is running goes on, one that has ended proves again."""
    state = d.state
    if state.flatten is not None and state.flatten.step is not FlattenStep.FLAT:
        return
    state.closing = state.restart = None
    state.flatten = Flatten(step=FlattenStep.CANCELLING, reason=reason, started_ms=d.now_ms)
    for side in state.sides:
        side.opening = None
        side.paused = side.paused or reason
    d.note("flatten", f"closing both sides: {reason}", None, Severity.CRITICAL)


def run_flatten(d: Draft) -> None:
    """Carry a flatten on."""
    _begin_again(d)
    if d.state.flatten is not None and d.state.flatten.step is FlattenStep.CANCELLING:
        cancel_all(d, CancelReason.STOP)
        if not d.state.orders:
            d.state.flatten = replace(d.state.flatten, step=FlattenStep.CLOSING)
    if d.state.flatten is not None and d.state.flatten.step is FlattenStep.CLOSING:
        close_all(d, Role.CLOSE)
        if not d.state.orders and _closed(d):
            d.state.flatten = replace(d.state.flatten, step=FlattenStep.PROVING)
    flatten = d.state.flatten
    if flatten is not None and flatten.step is FlattenStep.PROVING:
        if not _closed(d):
            d.state.flatten = replace(flatten, step=FlattenStep.CLOSING)
            run_flatten(d)
        elif d.now_ms >= flatten.asked_ms + PROVE_AGAIN_MS:
            d.state.flatten = replace(flatten, asked_ms=d.now_ms)
            d.emit(ReadLegs(symbol=d.state.symbol, since_ms=d.now_ms - _LOOK_BACK_MS))


def _begin_again(d: Draft) -> None:
    flatten = d.state.flatten
    if flatten is not None and flatten.step is FlattenStep.FLAT and any(side.held for side in d.state.sides):
        d.state.flatten = replace(flatten, step=FlattenStep.CANCELLING)
        d.note("flatten", "something of ours has opened: closing it again", None, Severity.CRITICAL)


def prove(d: Draft, read: LegsRead) -> None:
    """A read made while proving: flat if it shows both legs, and both without size."""
    flatten = d.state.flatten
    if flatten is None or flatten.step is not FlattenStep.PROVING or not flatten.asked_ms:
        return
    shown = {row.leg: row.size for row in read.positions}
    if all(shown.get(side) == 0 for side in SIDES) and _closed(d):
        d.state.flatten = replace(flatten, step=FlattenStep.FLAT)
        d.note("flat", "the exchange shows both sides flat: they stay so until resume")


def cancel_all(d: Draft, reason: CancelReason) -> None:
    """Take every entry and take profit away; market orders are awaited."""
    for order in list(d.state.orders.values()):
        if not order.ended and order.role in (Role.ENTRY, Role.TAKE_PROFIT):
            d.cancel(order, reason, Priority.CLOSE)


def close_all(d: Draft, role: Role) -> None:
    """Close each side that has a size."""
    for side in d.state.sides:
        if side.size > 0:
            close_at_market(d, side, role)


def _closed(d: Draft) -> bool:
    return all(side.size == 0 and not side.held for side in d.state.sides)
