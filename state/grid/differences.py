"""What a sync shows that the stream should have told before: a figure for people, it decides nothing."""

from __future__ import annotations

from messages.account import PositionRow
from messages.events import SymbolSnapshot
from messages.ids import parse_order_link_id
from state.grid.model import GridState

#: What has happened so shortly before a read may still be on its way.
_ON_ITS_WAY_MS = 3_000


def differences(state: GridState, snapshot: SymbolSnapshot) -> dict[str, int]:
    """How many executions, orders and positions the state lacks or has otherwise; only what is above 0.

    Nothing is compared after a gap of the stream, for which a sync is the remedy, nor at the first sync.
    """
    if not state.synced or not state.stream_up or snapshot.first:
        return {}
    until_ms = snapshot.server_ms - _ON_ITS_WAY_MS
    executions = [
        e
        for e in snapshot.executions
        if state.execs_known_ms < e.exec_ms <= until_ms
        and e.exec_type.changes_size
        and e.exec_id not in state.exec_ids
    ]
    orders = [
        row
        for row in snapshot.orders
        if row.updated_ms <= until_ms
        and row.order_link_id not in state.orders
        and row.order_link_id not in state.ended
        and _ours(state, row.order_link_id)
    ]
    positions = [row for row in snapshot.positions if row.updated_ms <= until_ms and _differs(state, row)]
    found = {"execution": len(executions), "order": len(orders), "position": len(positions)}
    return {what: count for what, count in found.items() if count}


def _ours(state: GridState, order_link_id: str) -> bool:
    name = parse_order_link_id(order_link_id)
    return name is not None and (name.account, name.symbol) == (state.account, state.symbol)


def _differs(state: GridState, row: PositionRow) -> bool:
    """Whether a row that is not behind the state shows another size."""
    if row.leg is None:
        return False
    leg = state.of(row.leg).leg
    return row.seq >= leg.newest_seq and row.size != leg.size
