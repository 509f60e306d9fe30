"""A leg rebuilt from its executions: the state was lost, or the exchange contradicts it (section 10)."""

from __future__ import annotations

from decimal import Decimal

from messages.account import Execution
from messages.events import Severity
from messages.requests import LegsRead
from messages.sides import Role
from state.grid.closing import decide_opening
from state.grid.draft import Draft
from state.grid.fills import absorb_execution, our_name
from state.grid.model import CycleBook, SideState
from state.leg import Leg, SizeRow
from state.numbers import ZERO

_WEEK_MS = 7 * 24 * 3600 * 1000
_MOST_WEEKS = 26


def begin_rebuild(d: Draft, side: SideState) -> None:
    """Ask for the leg's executions, a week at a time, until they sum to its size."""
    side.rebuild_from_ms = d.now_ms - _WEEK_MS
    side.read_due_ms = d.now_ms
    d.note("rebuild", "the leg is rebuilt from its executions", side.side, Severity.WARNING)


def rebuild_leg(d: Draft, side: SideState, read: LegsRead) -> None:
    """Walk the executions back until their sum is the row's size; what follows that zero is the cycle."""
    row = next((r for r in read.positions if r.leg is side.side), None)
    size = row.size if row is not None else ZERO
    own = sorted((e for e in read.executions if _leg_of(d, e, side)), key=lambda e: (e.seq, e.exec_ms))
    start = _start_of_cycle(side, own, size)
    if start is None:
        weeks = (d.now_ms - side.rebuild_from_ms) // _WEEK_MS
        if weeks < _MOST_WEEKS:
            side.rebuild_from_ms -= _WEEK_MS
            side.read_due_ms = d.now_ms
            return
        d.note("rebuild_failed", "no executions explain the position", side.side, Severity.CRITICAL)
        side.rebuild_from_ms = 0
        return
    side.rebuild_from_ms = 0
    names = [name for e in own if (name := our_name(d, e.order_link_id)) is not None]
    of_cycle = [name.cycle for e in own[start:] if (name := our_name(d, e.order_link_id)) is not None]
    newest = max((name.cycle for name in names), default=0)
    side.cycle = max([side.cycle, *of_cycle]) if size > 0 else max(side.cycle, newest + 1)
    side.held, side.levels, side.opening = False, {}, None
    side.book = CycleBook(cycle=side.cycle)
    side.ever_opened = side.ever_opened or bool(names)
    for e in own[:start]:
        d.state.exec_ids[e.exec_id] = e.exec_ms
    floor = own[start - 1].seq if start else -1
    side.leg = Leg(row=SizeRow(seq=floor, size=ZERO, updated_ms=0, final=True))
    for e in own[start:]:
        absorb_execution(d, e, streamed=False, anew=True)
    if not side.held and own:
        _go_on_after(d, side, own[-1])
    d.note("rebuilt", f"cycle {side.cycle}: {side.size} in levels {sorted(side.levels)}", side.side)


def _go_on_after(d: Draft, side: SideState, last: Execution) -> None:
    """A flat side goes on where its last close left it: our take profit or restart opens it again."""
    name = our_name(d, last.order_link_id)
    if name is not None and name.role in (Role.TAKE_PROFIT, Role.RESTART, Role.CLOSE):
        if not d.state.settings.wind_down:
            decide_opening(d, side)
    else:
        side.paused = "its last close was not ours"
        d.note("paused", f"stays flat until resume: {side.paused}", side.side, Severity.WARNING)


def _leg_of(d: Draft, e: Execution, side: SideState) -> bool:
    name = our_name(d, e.order_link_id)
    leg = name.side if name is not None else e.leg
    return leg is side.side and e.exec_type.changes_size


def _start_of_cycle(side: SideState, own: list[Execution], size: Decimal) -> int | None:
    """The index of the cycle's first execution: the suffix that sums to ``size`` from a flat leg."""
    left = size
    if left == 0:
        return len(own)
    for index in range(len(own) - 1, -1, -1):
        e = own[index]
        left -= e.qty if e.order_side is side.side.opens_with else -e.qty
        if left == 0:
            return index
    return None
