"""Reads of whole lists over all pages, and the pieces that look-ups and snapshots are made of."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from exchange.bybit import decode_rest
from exchange.bybit.codes import error
from exchange.bybit.fields import Fields
from exchange.bybit.http import Reply, Session
from exchange.bybit.rows import execution, is_linear, order_row, position_row
from exchange.errors import ProtocolError
from messages.account import Execution, OrderRow, PositionRow
from messages.sides import Side

Call = Callable[..., Reply]
R = TypeVar("R")

_log = logging.getLogger(__name__)

SETTLE_COIN: Final = "USDT"
WEEK_MS: Final = 7 * 24 * 3600 * 1000
_MOST_PAGES: Final = 1000


class Reads:
    """The reads of one session; each raises ExchangeError, and leaves out what is no USDT perpetual."""

    def __init__(self, session: Session, *, skip_unreadable: bool = False) -> None:
        """``skip_unreadable``: rows that can't be read are logged, counted in ``left_out``, and left out.

        Only for readers to whom a missing row proves nothing (a snapshot): in a look-up it would be taken
        for the order's absence.
        """
        self._session = session
        self._skip = skip_unreadable
        self.left_out = 0

    def server_ms(self) -> int:
        """The exchange's clock."""
        return decode_rest.server_ms(result_of(self._session.get_server_time(), "market/time"))

    def orders(self, call: Call, place: str, **query: Any) -> tuple[OrderRow, ...]:
        """Orders of order/realtime or order/history, each orderId once: of two pages the newer row."""
        found: dict[str, OrderRow] = {}
        for order in self._rows(order_row, pages(call, place, limit=50, **query)):
            known = found.get(order.order_id)
            if known is None or _age(known) <= _age(order):
                found[order.order_id] = order
        return tuple(found.values())

    def open_orders(self, **query: Any) -> tuple[OrderRow, ...]:
        """Orders that rest or wait; by id also one that ended a moment ago."""
        return self.orders(self._session.get_open_orders, "order/realtime", **query)

    def order_history(self, **query: Any) -> tuple[OrderRow, ...]:
        """Orders that ended; it may lag behind."""
        return self.orders(self._session.get_order_history, "order/history", **query)

    def positions(self, **query: Any) -> tuple[PositionRow, ...]:
        """Legs: by symbol both, flat ones too; by settleCoin those above size 0."""
        found: dict[tuple[str, Side | None], PositionRow] = {}
        rows = pages(self._session.get_positions, "position/list", limit=200, **query)
        for leg in self._rows(lambda row: position_row(row, "avgPrice"), rows):
            known = found.get((leg.symbol, leg.leg))
            if known is None or (known.seq, known.updated_ms) <= (leg.seq, leg.updated_ms):
                found[leg.symbol, leg.leg] = leg
        return tuple(found.values())

    def executions(self, legs: Mapping[str, Side], **query: Any) -> tuple[Execution, ...]:
        """Executions, each execId once, oldest first; ``legs`` tells those of foreign orders."""
        found: dict[str, Execution] = {}
        rows = pages(self._session.get_executions, "execution/list", limit=100, **query)
        for done in self._rows(lambda row: execution(row, legs), rows):
            found[done.exec_id] = done
        return tuple(sorted(found.values(), key=lambda done: (done.exec_ms, done.seq)))

    def _rows(self, read: Callable[[Fields], R], rows: Iterable[Fields]) -> Iterator[R]:
        for row in rows:
            try:
                yield read(row)
            except ProtocolError as problem:
                if not self._skip:
                    raise
                self.left_out += 1
                _log.warning("left out of a snapshot: %s", problem)

    def executions_since(
        self, since_ms: int, server_ms: int, legs: Mapping[str, Side], **query: Any
    ) -> tuple[Execution, ...]:
        """All executions from ``since_ms`` on, a week a query; the last query has no end."""
        found: list[Execution] = []
        start_ms = since_ms
        while server_ms - start_ms >= WEEK_MS:
            found += self.executions(legs, startTime=start_ms, endTime=start_ms + WEEK_MS - 1, **query)
            start_ms += WEEK_MS
        found += self.executions(legs, startTime=start_ms, **query)
        return tuple(found)


def result_of(reply: Reply, place: str) -> Fields:
    """The result of a read; raises the retCode's error."""
    envelope = Fields(reply.body, place)
    failure = error(envelope.integer("retCode"), envelope.text("retMsg", ""), changes=False)
    if failure is not None:
        raise failure
    return envelope.part("result")


def pages(call: Call, place: str, **query: Any) -> Iterator[Fields]:
    """The USDT perpetuals' rows of every page of a linear list.

    The end is an empty page, an empty cursor or one seen before: the last page may carry a cursor.
    """
    query["category"] = "linear"
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        result = result_of(call(**query), place)
        rows = result.items("list")
        _check_asked(result, "category", "linear")
        for row in rows:
            if "symbol" in query:
                _check_asked(row, "symbol", query["symbol"])
            if is_linear(row, "linear"):
                yield row
        cursor = result.text("nextPageCursor", "")
        if not rows or not cursor or cursor in seen:
            return
        seen.add(cursor)
        query["cursor"] = cursor
    raise ProtocolError(f"{place}: over {_MOST_PAGES} pages: the exchange's cursor does not end")


def _check_asked(told: Fields, name: str, asked: str) -> None:
    """Refuse what was not asked for: passed over, it would be taken for the absence of what was."""
    if told.text(name, "") not in ("", asked):
        raise told.bad(name, f"{asked}, as asked for,")


def _age(order: OrderRow) -> tuple[bool, int, Any]:
    """Which of two rows of an order is the later one: an end beats a life, then time, then fills."""
    return order.status.ended, order.updated_ms, order.cum_exec_qty
