"""A leg rebuilt from its executions: the state was lost, or the exchange contradicts it (section 10).

A lost state is looked for one week back, and further while a leg's size is not explained. Where both sides
have been flat for longer than that, nothing tells of a past: cycles count from 1 again. Ids that this gives
out a second time are proven absent before the next attempt takes their place (state/grid/answers.py).
"""

from __future__ import annotations

from decimal import Decimal

from messages.account import Execution, PositionRow
from messages.events import Severity, TradeBooked
from messages.requests import LegsRead
from messages.sides import Role
from state.changed import changed
from state.grid.booking import cause_of, take_back
from state.grid.draft import Draft
from state.grid.fills import absorb_execution, our_name
from state.grid.model import CycleBook, SideState
from state.grid.procedures import Closing, Restart, RestartStep
from state.leg import Leg, SizeRow, Source
from state.numbers import ZERO

_WEEK_MS = 7 * 24 * 3600 * 1000
_MOST_WEEKS = 26
#: An answer must have what is known of so long before it; else it is asked for again after a while.
_LATELY_MS, _AGAIN_MS = 60_000, 1_000


def begin_rebuild(d: Draft, side: SideState) -> None:
    """Ask for the leg's executions, a week at a time, until they sum to its size."""
    side.rebuild_from_ms = d.now_ms - _WEEK_MS
    side.read_due_ms = d.now_ms
    d.note("rebuild", "the leg is rebuilt from its executions", side.side, Severity.WARNING)


def rebuild_all(d: Draft, read: LegsRead) -> None:
    """Rebuild both sides where the state was lost and the exchange shows a past."""
    for side in d.state.sides:
        if read.executions or any(row.size > 0 for row in read.positions):
            side.rebuild_from_ms = d.now_ms - _WEEK_MS
            rebuild_leg(d, side, read)
    wait_for_the_other(d)
    last_seq = {role: max((e.seq for e in _of_role(d, read, role)), default=-1) for role in Role}
    if last_seq[Role.RESTART] > last_seq[Role.OPENING] and any(side.held for side in d.state.sides):
        d.state.closing = None
        d.state.restart = Restart(step=RestartStep.CANCELLING, started_ms=d.now_ms)


def _of_role(d: Draft, read: LegsRead, role: Role) -> list[Execution]:
    named = ((our_name(d, e.order_link_id), e) for e in read.executions)
    return [e for name, e in named if name is not None and name.role is role]


def rebuild_leg(d: Draft, side: SideState, read: LegsRead) -> None:
    """Walk the executions back until their sum is the row's size; what follows that zero is the cycle.

    An answer that lacks what the stream has told meanwhile, an execution or a newer row, would undo it: the
    leg is read anew.
    """
    row = next((r for r in read.positions if r.leg is side.side), None)
    size = row.size if row is not None else ZERO
    if row is not None and size > 0:  # before the cycle begins: its settings carry the leverage in force
        d.state.leverage_set = row.leverage
    own = sorted((e for e in read.executions if _leg_of(d, e, side)), key=lambda e: (e.seq, e.exec_ms))
    if _outdated(d, side, read, row):
        side.read_due_ms = d.now_ms + _AGAIN_MS
        return
    told = [e for e in own if _in_row(e, row, read.server_ms)]
    start = _start_of_cycle(side, told, size)
    if start is None:
        _read_further_back(d, side)
        return
    side.rebuild_from_ms = 0
    before = [name.cycle for e in told[:start] if (name := our_name(d, e.order_link_id)) is not None]
    after = [name.cycle for e in own[start:] if (name := our_name(d, e.order_link_id)) is not None]
    side.cycle = max([side.cycle, *after, *(cycle + 1 for cycle in before)])
    d.spend_shown(side)
    side.held, side.levels, side.opening, side.fills = False, {}, None, ()
    side.book = CycleBook(cycle=side.cycle)
    if start < len(own):
        take_back(d, side, own[start].exec_ms)
    if start:
        _tell_last_close(d, side, told[start - 1])
    side.ever_opened = side.ever_opened or bool(before) or bool(after)
    for e in told[:start]:
        if e.exec_id not in d.state.exec_ids:
            d.state.exec_ids[e.exec_id] = e.exec_ms
            _book_past(d, side, e)
    floor = told[start - 1].seq if start else -1
    flat = SizeRow(seq=floor, size=ZERO, updated_ms=0, final=True)
    side.leg = Leg(row=flat, heard_seq=side.leg.heard_seq)
    _know_orders(d, own[start:])
    for e in own[start:]:
        absorb_execution(d, e, Source.READ, anew=True)
    if not side.held and start:
        _go_on_after_close(d, side)
    d.note("rebuilt", f"cycle {side.cycle}: {side.size} in levels {sorted(side.levels)}", side.side)


def _outdated(d: Draft, side: SideState, read: LegsRead, row: PositionRow | None) -> bool:
    """Whether it lacks what is known: a newer row, or an execution from just before it was read or after."""
    if row is not None and 0 <= row.seq < side.leg.row.seq:
        return True
    shown = {e.exec_id for e in read.executions}
    since_ms = read.server_ms - _LATELY_MS
    return any(ms >= since_ms and exec_id not in shown for exec_id, ms in d.state.exec_ids.items())


def wait_for_the_other(d: Draft) -> None:
    """A flat side without a past reads as far back as the other does: its last cycle may lie there."""
    for side in d.state.sides:
        other = d.state.of(side.side.other)
        if other.rebuild_from_ms and not side.ever_opened and side.size == 0 and side.opening is None:
            side.rebuild_from_ms = other.rebuild_from_ms


def _read_further_back(d: Draft, side: SideState) -> None:
    if (d.now_ms - side.rebuild_from_ms) // _WEEK_MS < _MOST_WEEKS:
        side.rebuild_from_ms -= _WEEK_MS
        side.read_due_ms = d.now_ms
        return
    side.rebuild_from_ms = 0
    d.note("rebuild_failed", "no executions explain the position", side.side, Severity.CRITICAL)


def _book_past(d: Draft, side: SideState, e: Execution) -> None:
    """What a lost state had booked may have been lost with it: the trades file knows what it has."""
    name = our_name(d, e.order_link_id)
    d.emit(
        TradeBooked(
            account=d.state.account,
            side=side.side,
            cycle=name.cycle if name is not None else side.cycle - 1,
            role=name.role.value if name is not None else "",
            level=name.level if name is not None else -1,
            execution=e,
        )
    )


def _in_row(e: Execution, row: PositionRow | None, server_ms: int) -> bool:
    """Whether a row held an execution; a flat leg is not listed, or its row lacks the sequence."""
    return e.seq <= row.seq if row is not None and row.seq >= 0 else e.exec_ms < server_ms


def _know_orders(d: Draft, executions: list[Execution]) -> None:
    """Orders that the state has lost: as large as their fills, until a look-up shows them."""
    for link_id in {e.order_link_id: None for e in executions}:
        name = our_name(d, link_id)
        if name is None:
            continue
        known = d.find(link_id)
        if known is not None:
            d.put(changed(known, exec_filled=ZERO, exec_value=ZERO))
            continue
        d.put(d.meet(name, sum((e.qty for e in executions if e.order_link_id == link_id), ZERO)))


def _tell_last_close(d: Draft, side: SideState, last: Execution) -> None:
    """What the executions tell of the last close takes the place of books that waited for some of them."""
    side.settings = side.settings or d.state.cycle_settings
    cause = cause_of(side, our_name(d, last.order_link_id), last)
    told = CycleBook(cycle=side.cycle - 1, closed_ms=last.exec_ms, cause=cause)
    side.old_books = (*(book for book in side.old_books if book.size == 0), told)


def _go_on_after_close(d: Draft, side: SideState) -> None:
    """A flat side's last close is acted on again: entries of both sides may rest since before it."""
    sides = d.state.closing.sides if d.state.closing is not None else frozenset()
    d.state.closing = Closing(sides=sides | {side.side}, started_ms=d.now_ms)


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
