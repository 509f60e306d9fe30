"""A sync's answer becomes facts: rebuild first, judge then (strategy, section 10).

A snapshot never undoes what the stream has told: rows are compared by sequence, ends are final, and an
order that it lacks is looked up by its id. A close that it reveals is acted on at once.
"""

from __future__ import annotations

from messages.account import PositionRow
from messages.events import Severity, SymbolSnapshot
from messages.requests import LegsRead
from state.changed import changed
from state.grid.draft import Draft
from state.grid.effects import StopAccount
from state.grid.fills import (
    absorb_execution,
    absorb_order_row,
    absorb_position,
    act_on_closes,
    by_seq,
    our_name,
)
from state.grid.gates import explained
from state.grid.model import SideState
from state.grid.rebuild import rebuild_all
from state.grid.strangers import judge_stranger, take_in_stranger
from state.grid.take_profit import tp_is_right, trading_stop
from state.leg import Source
from state.order import Order, Phase

#: An order this young may be missing from a snapshot that was on its way.
_YOUNG_MS = 500


def absorb_snapshot(d: Draft, snapshot: SymbolSnapshot) -> None:
    """Take one symbol's share of a sync."""
    first = not d.state.synced
    if first and d.state.must_stop and not d.state.stopped:
        d.emit(StopAccount(reason=d.state.must_stop))  # whoever was told may have died of it
    strangers = _absorb_orders(d, snapshot)
    if first and not d.state.ever_saved:
        rebuild_all(d, _as_read(snapshot))
    for execution in by_seq(snapshot.executions):
        absorb_execution(d, execution, Source.READ)
    for row in snapshot.positions:
        absorb_position(d, row, streamed=False)
        _miss_trading_stop(d, row)
    listed = {row.leg for row in snapshot.positions}
    for side in d.state.sides:
        _judge_leg(d, side, listed=side.side in listed)
    for order in (d.state.orders[link_id] for link_id in strangers):
        if not d.state.of(order.side).rebuild_from_ms:  # rebuild first, judge then
            judge_stranger(d, order, adopt=first)
    early, d.state.early = d.state.early, ()
    for execution in early:
        absorb_execution(d, execution, Source.STREAM)
    _doubt_unlisted(d, snapshot)
    _count_wrong_tps(d)
    d.state.synced, d.state.synced_ms, d.state.ever_saved = True, snapshot.received_ms, True
    if snapshot.server_ms >= d.state.entries_from_ms:
        d.state.entries_proven = True


def absorb_stream(d: Draft, *, up: bool) -> None:
    """The private stream is gone, or a sync has closed the gap: what was heard since may be believed.

    That it stands may have been said when it was already gone again.
    """
    if not up:
        d.state.stream_up = False
        d.state.last_gap_ms = 0  # it is now, even if an earlier one was stamped by a clock that ran ahead
        absorb_gap(d, d.now_ms)
    elif d.state.synced_ms > d.state.last_gap_ms:
        d.state.stream_up, d.state.interrupted_ms = True, 0
        for side in d.state.sides:
            act_on_closes(d, side, 0, recovered=False)


def absorb_gap(d: Draft, at_ms: int) -> None:
    """The stream may have lost something; what an earlier gap has hidden stays so until a sync shows it."""
    at_ms = min(at_ms, d.now_ms)
    d.state.interrupted_ms = min(at_ms, d.state.interrupted_ms or at_ms)
    d.state.last_gap_ms = max(at_ms, d.state.last_gap_ms)


def _miss_trading_stop(d: Draft, row: PositionRow) -> None:
    """A trading-stop of ours that somebody has taken away, or changed, is set again."""
    if row.leg is None or row.size == 0:
        return
    side = d.state.of(row.leg)
    if side.stop_sent and side.stop_sent != trading_stop(row.take_profit or None, row.stop_loss or None):
        side.stop_sent = ""


def _as_read(snapshot: SymbolSnapshot) -> LegsRead:
    return LegsRead(
        symbol=snapshot.symbol,
        positions=snapshot.positions,
        executions=snapshot.executions,
        server_ms=snapshot.server_ms,
    )


def _absorb_orders(d: Draft, snapshot: SymbolSnapshot) -> list[str]:
    """Take the rows of our orders; gives the ids of those that the state did not know."""
    strangers = []
    for row in snapshot.orders:
        name = our_name(d, row.order_link_id)
        if name is None:
            continue
        if d.find(row.order_link_id) is None:
            take_in_stranger(d, name, row)
            strangers.append(row.order_link_id)
        else:
            absorb_order_row(d, row)
    return strangers


def _judge_leg(d: Draft, side: SideState, *, listed: bool) -> None:
    """A missing row proves nothing: a leg that we hold is then read by symbol."""
    if side.rebuild_from_ms:
        return
    if not listed and side.size > 0:
        side.missing_syncs += 1
        side.doubted, side.read_due_ms = True, d.now_ms
        if side.missing_syncs >= 2:
            d.note("row_missing", "held by us, missing in two syncs", side.side, Severity.WARNING)
    else:
        side.missing_syncs = 0
    if explained(side):
        side.unexplained_syncs = 0
        return
    side.unexplained_syncs += 1
    side.read_due_ms = d.now_ms
    d.count("unexplained_size")


def _doubt_unlisted(d: Draft, snapshot: SymbolSnapshot) -> None:
    """An order that the snapshot lacks is never judged from it: it is looked up by its id."""
    listed = {row.order_link_id for row in snapshot.orders}
    for order in list(d.state.orders.values()):
        if order.phase is Phase.LIVE and order.order_link_id not in listed and _old(order, snapshot):
            d.state.orders[order.order_link_id] = changed(order, phase=Phase.ACCEPTED, absences=0)


def _old(order: Order, snapshot: SymbolSnapshot) -> bool:
    return order.since_ms <= snapshot.server_ms - _YOUNG_MS and not order.looking


def _count_wrong_tps(d: Draft) -> None:
    for side in d.state.sides:
        if side.held and d.state.synced and not side.opening and not tp_is_right(d, side):
            d.count("tp_wrong_at_sync")
