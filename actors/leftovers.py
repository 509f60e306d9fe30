"""What an account of ours still has on symbols that its config no longer names (strategy, section 10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from exchange.errors import ProtocolError
from exchange.ports import Rest
from messages.account import Execution, OrderRow, PositionRow
from messages.ids import parse_order_link_id
from messages.requests import (
    Executions,
    ReadExecutions,
    ReadServerTime,
    ReadSnapshot,
    ServerTime,
    Snapshot,
)

_WEEK_MS = 7 * 24 * 3600 * 1000


def open_now(rest: Rest) -> Snapshot:
    """The account's positions and open orders; raises ExchangeError."""
    clock = rest.call(ReadServerTime())
    if not isinstance(clock, ServerTime):
        raise ProtocolError(f"the exchange's time expected, not {clock!r}")
    snapshot = rest.call(ReadSnapshot(since_ms=clock.server_ms))
    if not isinstance(snapshot, Snapshot):
        raise ProtocolError(f"a snapshot expected, not {snapshot!r}")
    return snapshot


def leftovers(rest: Rest, account: int, symbols: tuple[str, ...], snapshot: Snapshot) -> dict[str, str]:
    """Positions and orders of ours outside ``symbols``, described by symbol; raises ExchangeError.

    An order is ours by its id. A position is ours if an order or an execution of the last 7 days on its
    symbol is; any other can't be told from a person's (the reconciler warns of it).
    """
    found: dict[str, str] = {}
    shown = {row.symbol for row in snapshot.positions} | {order.symbol for order in snapshot.orders}
    for symbol in sorted(shown - set(symbols)):
        positions = [row for row in snapshot.positions if row.symbol == symbol]
        orders = list(_ours(snapshot.orders, account, symbol))
        if orders or (positions and _traded(rest, account, symbol, snapshot.server_ms)):
            found[symbol] = ", ".join(_described(positions, orders))
    return found


def _ours(rows: Iterable[OrderRow | Execution], account: int, symbol: str) -> Iterator[OrderRow | Execution]:
    for row in rows:
        name = parse_order_link_id(row.order_link_id)
        if row.symbol == symbol and name is not None and name.account == account:
            yield row


def _traded(rest: Rest, account: int, symbol: str, server_ms: int) -> bool:
    """Whether we have traded a symbol in the last 7 days."""
    request = ReadExecutions(symbol=symbol, start_ms=server_ms - _WEEK_MS, end_ms=server_ms)
    answer = rest.call(request)
    if not isinstance(answer, Executions):
        raise ProtocolError(f"executions of {symbol} expected, not {answer!r}")
    return any(_ours(answer.executions, account, symbol))


def _described(positions: Iterable[PositionRow], orders: Iterable[OrderRow | Execution]) -> Iterator[str]:
    for row in positions:
        yield f"{row.leg.value if row.leg is not None else 'one-way'} {row.size:f}"
    for order in orders:
        yield f"order {order.order_link_id}"
