"""The bot's reads of an exchange, answered by the venue's core in virtual time.

``CoreSession`` stands where pybit's session stands, so that the real paging and decoding run. The
composites yield before every single read: the world lets time pass there, as it does on a network.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, cast

from exchange.bybit.decode_private import legs_of
from exchange.bybit.http import Reply, Session
from exchange.bybit.reads import SETTLE_COIN, Reads
from exchange.venue.core import VenueCore
from messages.requests import LegsRead, LookUpOrder, OrderLookUp, ReadLegs, Snapshot

#: A read in pieces: each ``yield`` is a time on the network, the end is the answer.
Reading = Generator[None, None, OrderLookUp | LegsRead | Snapshot]


class CoreSession:
    """pybit's reading methods over ``core.request``, at the time that ``clock`` says."""

    def __init__(self, core: VenueCore, account: str, clock: Callable[[], int]) -> None:
        self._core, self._account, self._clock = core, account, clock

    def _ask(self, op: str, **params: Any) -> Reply:
        reply = self._core.request(self._account, op, params, self._clock())
        body = {
            "retCode": reply.ret_code,
            "retMsg": reply.ret_msg,
            "result": reply.result,
            "retExtInfo": reply.ret_ext_info,
            "time": self._clock(),
        }
        return Reply(body=body, headers={})

    def get_server_time(self) -> Reply:
        return self._ask("market.time")

    def get_open_orders(self, **query: Any) -> Reply:
        return self._ask("order.realtime", **query)

    def get_order_history(self, **query: Any) -> Reply:
        return self._ask("order.history", **query)

    def get_positions(self, **query: Any) -> Reply:
        return self._ask("position.list", **query)

    def get_executions(self, **query: Any) -> Reply:
        return self._ask("execution.list", **query)


class CoreReads:
    """The look-ups and reads that ``step`` asks for, as exchange/bybit/rest.py composes them."""

    def __init__(self, core: VenueCore, account: str, clock: Callable[[], int]) -> None:
        self._reads = Reads(cast(Session, CoreSession(core, account, clock)))

    def look_up(self, request: LookUpOrder) -> Reading:
        """Realtime by id, else history; then the legs, then the order's executions."""
        server_ms = self._reads.server_ms()
        by_id = {"symbol": request.symbol, "orderLinkId": request.order_link_id}
        yield
        rows = self._reads.open_orders(**by_id)
        if not rows:
            yield
            rows = self._reads.order_history(**by_id)
        yield
        positions = self._reads.positions(symbol=request.symbol)
        yield
        executions = self._reads.executions(legs_of(rows), **by_id)
        mine = [row for row in rows if row.order_link_id == request.order_link_id]
        return OrderLookUp(
            symbol=request.symbol,
            order_link_id=request.order_link_id,
            order=max(mine, key=lambda row: row.created_ms, default=None),
            positions=positions,
            executions=executions,
            server_ms=server_ms,
        )

    def legs(self, request: ReadLegs) -> Reading:
        """Both legs of a symbol, then its executions."""
        server_ms = self._reads.server_ms()
        yield
        positions = self._reads.positions(symbol=request.symbol)
        yield
        executions = self._reads.executions_since(request.since_ms, server_ms, {}, symbol=request.symbol)
        return LegsRead(
            symbol=request.symbol, positions=positions, executions=executions, server_ms=server_ms
        )

    def snapshot(self, since_ms: int) -> Reading:
        """The whole account: legs above 0, open orders, executions."""
        server_ms = self._reads.server_ms()
        yield
        positions = self._reads.positions(settleCoin=SETTLE_COIN)
        yield
        orders = self._reads.open_orders(settleCoin=SETTLE_COIN)
        yield
        executions = self._reads.executions_since(
            since_ms, server_ms, legs_of(orders), settleCoin=SETTLE_COIN
        )
        return Snapshot(
            positions=positions,
            orders=tuple(order for order in orders if not order.status.ended),
            executions=executions,
            server_ms=server_ms,
        )
