"""Old history let go, so that a venue that runs for months stays small; what is open keeps all of its own.

A leg's executions go up to a moment at which it was flat: then what they gained is exactly what their
cash says, and moves into the sum that the account started with. So the books still add up to the last
digit (``audit``). An order goes with the last of its executions; its orderLinkId is free again then.
"""

from __future__ import annotations

from collections.abc import Sequence

from exchange.venue.floor import Floor
from exchange.venue.records import Account, Execution


def forget(floor: Floor, before_ms: int) -> None:
    """Let go of orders that ended, and of executions of closed positions, before ``before_ms``.

    ``started_with``, ``realised``, ``fees`` and ``funding`` of an account then count from later on.
    """
    for account in floor.accounts.values():
        legs: dict[tuple[str, int], list[Execution]] = {}
        for execution in account.executions:
            legs.setdefault((execution.leg.symbol, execution.leg.idx), []).append(execution)
        gone = {each.exec_id for history in legs.values() for each in _closed_part(history, before_ms)}
        _drop_executions(account, gone)
        _drop_orders(account, before_ms)


def _closed_part(history: Sequence[Execution], before_ms: int) -> Sequence[Execution]:
    """A leg's executions up to its last flat moment before the time at which no order was half done."""
    ends = {each.order_id: n for n, each in enumerate(history)}
    cut, needed = 0, -1
    for n, each in enumerate(history):
        if each.time_ms >= before_ms or (each.order is not None and each.order.is_open):
            break
        needed = max(needed, ends[each.order_id])
        if not each.size_after and needed == n:
            cut = n + 1
    return history[:cut]


def _drop_executions(account: Account, gone: set[str]) -> None:
    for each in account.executions:
        if each.exec_id not in gone:
            continue
        if each.exec_type == "Funding":
            account.funding += each.fee
            account.started_with -= each.fee
        else:
            account.realised -= each.pnl
            account.fees -= each.fee
            account.started_with += each.pnl - each.fee
        if each.order is not None:
            each.order.executions.clear()
    account.executions = [each for each in account.executions if each.exec_id not in gone]


def _drop_orders(account: Account, before_ms: int) -> None:
    """The ended orders without executions go, with all that is kept by them."""
    gone = {o.order_id for o in account.ended if o.updated_ms < before_ms and not o.executions}
    for order_id in gone:
        order = account.orders.pop(order_id)
        account.closed.pop(order_id, None)
        if order.link_id:
            named = account.links[order.link_id]
            named.remove(order)
            if not named:
                del account.links[order.link_id]
    account.ended = [order for order in account.ended if order.order_id not in gone]
